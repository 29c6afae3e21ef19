// The usual names of IDX files.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace gradtable {

// Each file itself or, where it is missing, the first that is there of its other spellings: "-idx3-ubyte" or
// ".idx3-ubyte", each plain or with ".gz"; in its folder or in raw below that. What is still missing is
// looked for in the folders of torchvision below: MNIST/raw or, where that has none of the files, the only
// one that has of FashionMNIST/raw, KMNIST/raw, QMNIST/raw and EMNIST/raw. All these come from one folder, so
// that no data sets are mixed. The file itself when there is none, or no telling which.
std::vector<std::filesystem::path> find_idx_files(std::span<const std::filesystem::path> files);
std::filesystem::path find_idx_file(const std::filesystem::path& file);

// names_near(file) or, where the folders of torchvision have it, these, behind the words of what was
// expected.
std::string idx_names_near(const std::filesystem::path& file);

}  // namespace gradtable
