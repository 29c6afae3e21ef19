// The usual names of IDX files.
#pragma once

#include <filesystem>

namespace gradtable {

// The file itself or, where it is missing, the first that is there of its other spellings: "-idx3-ubyte" or
// ".idx3-ubyte", each plain or with ".gz"; in its folder, or in raw or MNIST/raw below that, torchvision's
// layout. The file itself when there is none.
std::filesystem::path find_idx_file(const std::filesystem::path& file);

}  // namespace gradtable
