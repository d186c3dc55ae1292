#include "reap_doomed.hpp"

#include <map>

namespace btgw::engine {

ReapDoomed::ReapDoomed(const Sha256& hash, FileDescriptor lease, Answer answer)
    : AnsweredOperation(std::move(answer)), hash_(hash), lease_(std::move(lease))
{
}

void ReapDoomed::apply(store::WriteTxn& txn, FileBatch& files)
{
    result_.reaped = txn.view().doomed(hash_);
    if (!result_.reaped) {
        return;
    }
    std::map<PieceRoot, std::uint32_t> uses;
    if (const auto layout = txn.view().layout(hash_)) {
        for (std::size_t i = 0; i < layout->size(); ++i) {
            ++uses[layout->at(i).root];
        }
    }
    for (const auto& [root, count] : uses) {
        auto chunk = txn.view().chunk(root);
        if (chunk && chunk->references > count) {
            chunk->references -= count;
            txn.put_chunk(root, *chunk);
        } else {
            txn.erase_chunk(root);
            files.release_chunk(root);
        }
    }
    txn.erase_layout(hash_);
    txn.erase_doomed(hash_);
    files.release_lease(hash_);
}

}  // namespace btgw::engine
