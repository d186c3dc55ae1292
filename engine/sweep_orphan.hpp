// Unlinks a file that the sweeper found without an index entry, unless it has one by now.
#pragma once

#include "store_operation.hpp"

namespace btgw::engine {

struct Orphan {
    enum class Place { blobs, chunks, leases };

    Place place = Place::blobs;
    Bytes<32> name;  // of the file: a content's hash, or a chunk's piece root
};

class SweepOrphans : public StoreOperation {
public:
    explicit SweepOrphans(std::vector<Orphan> orphans) : orphans_(std::move(orphans)) {}

    // Only the check after the commit decides: nothing can be published between it and the unlink.
    void apply(store::WriteTxn&, FileBatch& files) override
    {
        for (const auto& orphan : orphans_) {
            switch (orphan.place) {
                case Orphan::Place::blobs:
                    files.release_blob(Sha256{orphan.name});
                    break;
                case Orphan::Place::chunks:
                    files.release_chunk(PieceRoot{orphan.name});
                    break;
                case Orphan::Place::leases:
                    files.release_lease(Sha256{orphan.name});
                    break;
            }
        }
    }
    void answer() override {}
    void refuse(wire::Refused) override {}

private:
    std::vector<Orphan> orphans_;
};

}  // namespace btgw::engine
