// The end of chunked content without owners, once nobody sends it any more.
#pragma once

#include "file_descriptor.hpp"
#include "store_operation.hpp"

namespace btgw::engine {

struct ReapResult {
    bool reaped = false;  // false: the content came back in the meantime
};

class ReapDoomed : public AnsweredOperation<ReapResult> {
public:
    // `lease`: the content's lease file under an exclusive lock; empty when there is no such file.
    ReapDoomed(const Sha256& hash, FileDescriptor lease, Answer answer);

    void apply(store::WriteTxn& txn, FileBatch& files) override;

private:
    Sha256 hash_;
    FileDescriptor lease_;
};

}  // namespace btgw::engine
