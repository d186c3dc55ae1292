// Failures that have an answer for the client.
#pragma once

#include "../shared/wire/messages.hpp"

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace btgw::engine {

// 507 for a full disk or quota, else 500. `what` is printable ASCII and tells strangers nothing
// about this machine: "cannot store the content".
wire::Refused refusal_for(int error_number, std::string_view what);

// Ends one operation of the store writer with an answer; the others of its batch go on.
class Refusal : public std::runtime_error {
public:
    explicit Refusal(wire::Refused answer)
        : std::runtime_error(answer.reason), answer_(std::move(answer))
    {
    }

    [[nodiscard]] const wire::Refused& answer() const { return answer_; }

private:
    wire::Refused answer_;
};

}  // namespace btgw::engine
