// One change of the store, as the writer thread carries it out among others of its batch.
#pragma once

#include "../shared/store/index.hpp"
#include "../shared/wire/messages.hpp"
#include "file_batch.hpp"

#include <tl/expected.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace btgw::engine {

class StoreOperation {
public:
    StoreOperation() = default;
    StoreOperation(const StoreOperation&) = delete;
    StoreOperation& operator=(const StoreOperation&) = delete;
    virtual ~StoreOperation() = default;

    // About how many entries of the index it changes: bounds a batch.
    [[nodiscard]] virtual std::size_t weight() const { return 1; }

    // Spool files whose bytes must be on disk before the index names them.
    [[nodiscard]] virtual std::vector<std::string> unsynced_files() const { return {}; }

    // Changes index and files. May run again from the start in another transaction, so it sets its
    // outcome anew each time. Throws Refusal, and only before its first change of the index.
    virtual void apply(store::WriteTxn& txn, FileBatch& files) = 0;

    // Called instead of what apply() did when the operation is refused: nothing may stay in spool/.
    virtual void abandon(FileBatch&) {}

    // Exactly one of the two is called, once, after the commit, on the writer thread.
    virtual void answer() = 0;
    virtual void refuse(wire::Refused reason) = 0;
};

template <class Result>
class AnsweredOperation : public StoreOperation {
public:
    using Answer = std::function<void(tl::expected<Result, wire::Refused>)>;

    explicit AnsweredOperation(Answer answer) : answer_(std::move(answer)) {}

    void answer() final { answer_(std::move(result_)); }
    void refuse(wire::Refused reason) final { answer_(tl::make_unexpected(std::move(reason))); }

protected:
    Result result_{};

private:
    Answer answer_;
};

using StoreOperations = std::vector<std::unique_ptr<StoreOperation>>;

}  // namespace btgw::engine
