// Text of unknown origin, as a file name in a message, made fit for one line of UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace gradtable {

// The text with every control character and every byte that is not valid UTF-8 written as \n, \r, \t or \xHH.
// All else stays as it is, backslashes too.
std::string printable(std::string_view text);

}  // namespace gradtable
