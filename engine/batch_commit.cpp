#include "batch_commit.hpp"

#include "../shared/store/lmdb.hpp"
#include "refusal.hpp"

#include <spdlog/spdlog.h>

#include <optional>
#include <system_error>

namespace btgw::engine {

namespace {

using Refusals = std::vector<std::optional<wire::Refused>>;  // by position in the batch

void sync_one(const FileBatch& files, const StoreOperation& operation,
              std::optional<wire::Refused>& refusal)
{
    try {
        for (const auto& file : operation.unsynced_files()) {
            files.finish_sync(file);
        }
    } catch (const Refusal& e) {
        refusal = e.answer();
    }
}

// On ext4 the first fdatasync commits the journal for all; the others find little left to do.
void sync_data(const FileBatch& files, const StoreOperations& batch, Refusals& refusals)
{
    for (const auto& operation : batch) {
        for (const auto& file : operation->unsynced_files()) {
            files.start_sync(file);
        }
    }
    for (std::size_t i = 0; i < batch.size(); ++i) {
        sync_one(files, *batch[i], refusals[i]);
    }
}

void apply_all(store::WriteTxn& txn, FileBatch& files, const StoreOperations& batch,
               Refusals& refusals)
{
    for (std::size_t i = 0; i < batch.size(); ++i) {
        if (refusals[i]) {
            continue;
        }
        try {
            batch[i]->apply(txn, files);
        } catch (const Refusal& e) {
            refusals[i] = e.answer();
        }
    }
    files.sync_directories();
}

wire::Refused refusal_of_all(const std::exception& error)
{
    const auto* system = dynamic_cast<const std::system_error*>(&error);
    return refusal_for(system == nullptr ? 0 : system->code().value(), "cannot store the content");
}

void write(store::Index& index, FileBatch& files, const StoreOperations& batch, Refusals& refusals)
{
    try {
        index.write([&, before = refusals](store::WriteTxn& txn) {
            refusals = before;  // an earlier run of this transaction may have refused others
            apply_all(txn, files, batch, refusals);
        });
    } catch (const std::exception& e) {
        spdlog::error("commit of {} operations failed: {}", batch.size(), e.what());
        refusals.assign(batch.size(), refusal_of_all(e));
    }
}

}  // namespace

void commit_batch(store::Index& index, FileBatch& files, const StoreOperations& batch)
{
    Refusals refusals(batch.size());
    sync_data(files, batch, refusals);
    write(index, files, batch, refusals);
    for (std::size_t i = 0; i < batch.size(); ++i) {
        if (refusals[i]) {
            batch[i]->abandon(files);
        }
    }
    try {
        files.clean_up(index);
    } catch (const std::exception& e) {
        spdlog::error("files of a batch are left for the sweeper: {}", e.what());
    }
    for (std::size_t i = 0; i < batch.size(); ++i) {
        refusals[i] ? batch[i]->refuse(std::move(*refusals[i])) : batch[i]->answer();
    }
}

}  // namespace btgw::engine
