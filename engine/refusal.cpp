#include "refusal.hpp"

#include <cerrno>

namespace btgw::engine {

wire::Refused refusal_for(int error_number, std::string_view what)
{
    if (error_number == ENOSPC || error_number == EDQUOT) {
        return {507, "the storage is full"};
    }
    return {500, std::string(what)};
}

}  // namespace btgw::engine
