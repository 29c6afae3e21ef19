// Similar names in the folder of a missing file, for messages.
#pragma once

#include <filesystem>
#include <string>

namespace gradtable {

// Behind the words of what was expected: "; the nearest names there are "a", "b"", at most three of the
// folder of `file`, by edit distance and then the alphabet; or how many there are if none is near; or that
// the folder is empty, or that `file` is a link to nothing or in a circle. Where folders are missing, the
// first of them, with the nearest folders beside it. Nothing when a folder cannot be read. Looks at ten
// thousand names at most.
std::string names_near(const std::filesystem::path& file);

}  // namespace gradtable
