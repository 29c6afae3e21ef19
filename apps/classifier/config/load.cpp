#include "apps/classifier/config/load.hpp"

#include <cstdlib>
#include <system_error>

#include "apps/classifier/config/course_format.hpp"
#include "apps/classifier/config/output_files.hpp"
#include <fmt/format.h>
#include <gradtable/core/error.hpp>
#include <gradtable/core/text.hpp>
#include <gradtable/models/config/json.hpp>
#include <gradtable/models/config/user_path.hpp>
#include <gradtable/models/data/formats/idx_names.hpp>
#include <nlohmann/json.hpp>

namespace classifier {
namespace {

namespace fs = std::filesystem;

fs::path working_directory() {
  std::error_code none;  // a folder that was removed has no name: paths then stay relative
  return fs::current_path(none);
}

// The folder without symbolic links and "..". Only folders: the name of a file must stay as the user wrote
// it.
fs::path real_folder(const fs::path& folder) {
  std::error_code error;
  const fs::path real = fs::weakly_canonical(folder, error);
  return error ? folder : real;
}

void resolve_file(fs::path& file, const fs::path& folder) {
  if (!file.empty()) file = folder / file;
}

void find_files(Config::Data& data) {
  const auto files = data_files(data);
  std::vector<fs::path> names;
  for (const fs::path* const file : files) names.push_back(*file);
  const std::vector<fs::path> found = gradtable::find_idx_files(names);
  for (std::size_t i = 0; i < found.size(); ++i) *files[i] = found[i];
}

void resolve_paths(Config& config, const fs::path& base) {
  Config::Data& data = config.data;
  data.dir = real_folder(base / data.dir);
  for (fs::path* file : data_files(data)) resolve_file(*file, data.dir);
  find_files(data);
  Config::Output& output = config.output;
  output.dir = real_folder(base / output.dir);
  for (const OutputFile& file : output_files()) resolve_file(output.*file.member, output.dir);
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

// "data/mnist" and, as torchvision names it, "MNIST/raw"; not "fashion-mnist".
bool is_folder_of_mnist(const fs::path& folder) {
  fs::path named = (folder / "").lexically_normal().parent_path();  // without a "/" or "/." at its end
  if (named.filename() == "raw") named = named.parent_path();
  return lower(named.filename().string()) == "mnist";
}

void use_environment(Config& config) {
  const char* folder = std::getenv("MNIST_DIR");
  if (folder && *folder && is_folder_of_mnist(config.data.dir))
    config.data.dir = working_directory() / gradtable::config::user_path(folder, "MNIST_DIR");
}

// A cosine is as long as the training. Written into the config, it stays so when the training continues.
void give_cosine_its_epochs(Config::Training& training) {
  if (training.schedule.type == "cosine" && training.schedule.epochs == 0)
    training.schedule.epochs = training.epochs;
}

// The log stays where the file says, whatever --out says of other outputs. Such configs train thousands of
// epochs of few images: a checkpoint after each would take far longer than the training.
Config read_course(const Program& program, const fs::path& file, const Overrides& overrides) {
  Config config = read_course_config(program, file);
  const fs::path log = working_directory() / config.output.prediction_log;
  if (overrides.out) {
    config.output = default_config(program).output;
    config.output.checkpoint_every = config.training.epochs;
  }
  config.output.prediction_log = log;
  return config;
}

}  // namespace

bool is_course_config(const fs::path& file) {
  return file.native().ends_with(".config");
}

Config load_config(const Program& program, const fs::path& file, const Overrides& overrides) {
  const bool course = is_course_config(file);
  Config config = course ? read_course(program, file, overrides) : default_config(program);
  const gradtable::config::Table table = config_table(config);
  if (!course) {
    table.read(gradtable::config::read_json(file), file.native());
    use_environment(config);
  }
  for (const std::string& setting : overrides.settings) table.set(setting);
  if (overrides.threads) table.set("threads", *overrides.threads, "--threads");
  if (overrides.profile && config.output.profile.empty()) config.output.profile = "profile.txt";
  if (overrides.out) config.output.dir = working_directory() / *overrides.out;
  give_cosine_its_epochs(config.training);
  require_consistent(config, file);
  resolve_paths(config, course ? working_directory() : working_directory() / file.parent_path());
  return config;
}

void require_batch_fits(const Config& config, const fs::path& file, std::int64_t training_images) {
  if (config.training.batch_size > training_images)
    throw gradtable::ConfigError(fmt::format(
        "{} at /training/batch_size: {}; expected an integer from 1 to {}, the number of training images",
        gradtable::printable(file.native()), config.training.batch_size, training_images));
}

}  // namespace classifier
