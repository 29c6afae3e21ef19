// The key data.normalize, and what weights say of the images that they were trained on.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "apps/classifier/config/program.hpp"
#include <gradtable/models/training/checkpoint.hpp>

namespace classifier {

// "none", "standardize", or mean and deviation, each a number or a list of one for each channel.
gradtable::config::Field normalize_field(Config::Data::Normalize& normalize);

// Gives a config that says "standardize" the numbers of the weights, which no training images are measured
// for. Throws gradtable::ConfigError when the weights do not say them, and gradtable::CheckpointError for
// numbers that dtype does not hold or that are of several channels.
void take_normalization(Config& config, const std::filesystem::path& config_file,
                        const gradtable::NamedTexts& metadata, const std::string& path);

// Throws gradtable::ConfigError unless dtype holds the numbers of the config's file.
void require_normalization(const Config& config, const std::filesystem::path& config_file);

}  // namespace classifier
