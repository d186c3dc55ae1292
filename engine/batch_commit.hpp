// One group commit: many operations, one transaction, one sync.
#pragma once

#include "file_batch.hpp"
#include "store_operation.hpp"

namespace btgw::engine {

// Carries the operations out in order and answers each. What one of them cannot do is refused on
// its own; when the transaction as a whole fails, all are. `files` is used for this batch only.
void commit_batch(store::Index& index, FileBatch& files, const StoreOperations& batch);

}  // namespace btgw::engine
