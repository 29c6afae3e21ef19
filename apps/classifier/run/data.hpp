// The images that a config names.
#pragma once

#include <filesystem>
#include <string>

#include "apps/classifier/config/config.hpp"
#include <gradtable/models/data/dataset.hpp>
#include <gradtable/models/data/formats/idx.hpp>

namespace classifier {

struct Data {
  gradtable::Dataset train;
  gradtable::Dataset validation;  // the last of the training images, kept apart from them; there may be none
  gradtable::Dataset test;
  std::string classes_source = {};  // "inferred from ..."; empty where the config or the generator says them
  std::string labels_hint = {};     // a line for people about labels that may be meant otherwise
};

// Settles data.normalize: to standardize, mean and deviation of the images to train on are measured. Throws
// gradtable::DataError for files that are damaged or do not fit together, and gradtable::ConfigError,
// which names the config's file, for test images of another size and for a part of the training images that
// is too small for a batch or for validation.
Data load_data(Config& config, const std::filesystem::path& config_file);

// The images to train on alone, settled as load_data settles them. Throws as it does.
gradtable::Dataset whole_training_images(Config& config, const std::filesystem::path& config_file);

// Blank images, as many and as large as those to train on: the graph of a training depends on no more. Reads
// the headers of the files, with data.classes 0 the labels, and with "standardize", whose numbers are in the
// graph, all images. Throws as load_data does.
gradtable::Dataset blank_training_images(Config& config, const std::filesystem::path& config_file);

// How the config takes IDX files of so many classes, 0: however many there are; `source` says where the
// number comes from, "data.classes" where that is given.
gradtable::IdxOptions idx_options(const Config& config, std::int64_t classes, const std::string& source);

// The test images alone, taken as the options say. Digits that are drawn have their own classes.
gradtable::Dataset load_test_images(const Config& config, const std::filesystem::path& config_file,
                                    const gradtable::IdxOptions& options);

// The images of an IDX file, whose labels nobody knows: all are 0, of one class.
gradtable::Dataset load_unlabelled(const Config& config, const std::filesystem::path& images);

// The same of the user's own picture of a digit: an image of the size that the network takes, which is that
// of the test images, or MNIST's where there are none. `done` is told what was done to it, for people.
gradtable::Dataset load_picture(const Config& config, const std::filesystem::path& picture,
                                std::string& done);

// For people: how many, how large, where from.
std::string describe(const Config& config, const Data& data);

}  // namespace classifier
