// The images that a config names.
#pragma once

#include <filesystem>
#include <string>

#include "apps/classifier/config.hpp"
#include <gradtable/models/data/dataset.hpp>

namespace classifier {

struct Data {
  gradtable::Dataset train;
  gradtable::Dataset validation;  // the last of the training images, kept apart from them; there may be none
  gradtable::Dataset test;
};

// Throws gradtable::DataError for files that are damaged or do not fit together, and gradtable::ConfigError,
// which names the config's file, for test images of another size and for a part of the training images that
// is too small for a batch or for validation.
Data load_data(const Config& config, const std::filesystem::path& config_file);

// The test images alone. Their labels are below `classes`; 0: however many there are. Digits that are drawn
// have their own classes.
gradtable::Dataset load_test_images(const Config& config, std::int64_t classes);

// The images of an IDX file, whose labels nobody knows: all are 0, of one class.
gradtable::Dataset load_unlabelled(const std::filesystem::path& images);

// "60000 images of 28x28, CRC-32 0a1b2c3d, by class 5923 6742 ...": what tells data sets apart.
std::string fingerprint(const gradtable::Dataset& data);

// For people: how many, how large, where from.
std::string describe(const Config& config, const Data& data);

}  // namespace classifier
