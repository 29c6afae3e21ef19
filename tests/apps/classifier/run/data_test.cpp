// Data sets in the spellings, element types and forms that people have them in.
#include "apps/classifier/run/data.hpp"

#include <bit>
#include <cstring>

#include "tests/apps/classifier/learned.hpp"
#include "tests/support/datasets.hpp"
#include "tests/support/idx_bytes.hpp"
#include <fmt/format.h>
#include <gradtable/models/data/digits.hpp>

namespace classifier {
namespace {

namespace idx = gradtable::testing;
using gradtable::Dataset;
using idx::Bytes;
using idx::words;
using classifier::operator+;  // the next one hides it
using idx::operator+;

constexpr const char* kDefault = R"({"threads": 1, "data": {"dir": "data"}, "model": {"hidden": [16]},
    "training": {"epochs": 3, "batch_size": 32}, "output": {"dir": "out"}})";

class DataFiles : public TwoTrainings {
 protected:
  DataFiles() { config_ = folder_.write("default.json", std::string_view(kDefault)); }

  static Bytes images_of(const Dataset& data) {
    return words({0x803, static_cast<std::uint32_t>(data.size()), 28, 28}) +
           gradtable::testing::pixels_of(data);
  }
  static Bytes labels_of(const Dataset& data, std::uint8_t first = 0) {
    Bytes labels = gradtable::testing::labels_of(data);
    for (std::uint8_t& label : labels) label = static_cast<std::uint8_t>(label + first);
    return idx::idx_labels(labels);
  }
  // A 32-bit number of each pixel or label; the header is of `start` bytes.
  template <class Number>
  static Bytes widened(const Bytes& bytes, std::uint32_t magic, std::size_t start, const Number& number) {
    Bytes wide =
        words({magic}) + Bytes(bytes.begin() + 4, bytes.begin() + static_cast<std::ptrdiff_t>(start));
    for (std::size_t i = start; i < bytes.size(); ++i) wide = wide + words({number(bytes[i])});
    return wide;
  }
  static std::uint32_t float_of(std::uint8_t byte) {
    const float number = static_cast<float>(byte) / 255.0F;
    std::uint32_t bits = 0;
    std::memcpy(&bits, &number, sizeof(bits));
    return bits;
  }

  void write(const std::string& name, const Bytes& bytes) const {
    const std::filesystem::path file = folder_.path("data/" + name);
    std::filesystem::create_directories(file.parent_path());
    folder_.write("data/" + name, name.ends_with(".gz") ? idx::gzip(bytes) : bytes);
  }
  // The usual four files, or others in the place of some.
  void write_usual(const std::string& in = "", const std::string& mark = "-",
                   const std::string& gz = ".gz") const {
    write(in + "train-images" + mark + "idx3-ubyte" + gz, images_of(train_));
    write(in + "train-labels" + mark + "idx1-ubyte" + gz, labels_of(train_));
    write(in + "t10k-images" + mark + "idx3-ubyte" + gz, images_of(test_));
    write(in + "t10k-labels" + mark + "idx1-ubyte" + gz, labels_of(test_));
  }
  void remove_data() const { std::filesystem::remove_all(folder_.path("data")); }
  void expect_refused(const Words& settings, int code, const std::string& part) const {
    expect_error(run(training("refused", settings)), code, part);
  }

  Dataset train_ = gradtable::draw_digits(100, 1);
  Dataset test_ = gradtable::draw_digits(40, 2);
};

TEST_F(DataFiles, AreFoundInEverySpellingAndInTorchvisionsFolders) {
  write_usual();
  expect_success(train("usual"));
  for (const auto& [in, mark, gz] : {std::array{"", "-", ""},
                                     {"", ".", ""},
                                     {"", ".", ".gz"},
                                     {"MNIST/raw/", "-", ""},
                                     {"FashionMNIST/raw/", "-", ""},
                                     {"KMNIST/raw/", "-", ".gz"},
                                     {"raw/", "-", ".gz"}}) {
    remove_data();
    write_usual(in, mark, gz);
    expect_success(train("other"));
    expect_same("other", "usual");
    const auto config = nlohmann::json::parse(folder_.read("other/config.resolved.json"));
    EXPECT_EQ(config.at("data").at("train_images"),
              fmt::format("{}train-images{}idx3-ubyte{}", in, mark, gz));
  }
}

TEST_F(DataFiles, OfOtherElementTypesGiveTheSameTraining) {
  write_usual();
  expect_success(train("usual"));
  const auto same = [](std::uint8_t byte) { return std::uint32_t{byte}; };
  const Bytes labels = labels_of(train_);
  write("train-images-idx3-ubyte.gz", widened(images_of(train_), 0xc03, 16, same));
  write("t10k-images-idx3-ubyte.gz", widened(images_of(test_), 0xd03, 16, float_of));
  Bytes table = words({0xc02, static_cast<std::uint32_t>(train_.size()), 3});
  for (const std::uint8_t label : gradtable::testing::labels_of(train_))
    table = table + words({label, 77, 0xffffffff});
  write("train-labels-idx1-ubyte.gz", table);
  expect_success(train("wide"));
  expect_same("wide", "usual");
}

TEST_F(DataFiles, OfPixelsBeyondAByteAreTrainedOnPredictedAndShown) {
  write_usual();
  write("train-images-idx3-ubyte.gz",
        widened(images_of(train_), 0xd03, 16, [](std::uint8_t byte) { return float_of(byte) | 1U; }));
  write("t10k-images-idx3-ubyte.gz",
        widened(images_of(test_), 0xd03, 16, [](std::uint8_t byte) { return float_of(byte) | 1U; }));
  expect_success(train("floats", {"output.report=report.html"}));
  EXPECT_TRUE(exists("floats/report.html"));
  expect_success(train("resumed", {"training.epochs=4"}, resumed("floats")));
  expect_success(run({"predict", config_, "--init", weights("floats"), "--images",
                      folder_.path("data/t10k-images-idx3-ubyte")}));
  expect_refused({"training.augmentation.shift=1"}, 2,
                 "train-images-idx3-ubyte.gz: pixels that are no bytes");
  const Bytes raw = widened(images_of(test_), 0xc03, 16, [](std::uint8_t byte) { return byte * 100U; });
  write("t10k-images-idx3-ubyte.gz", raw);
  const std::string advice = "; data.normalize {\"mean\": 0, \"deviation\": 255} divides them by 255\n";
  expect_refused({}, 3, "expected at most 4080, as pixels of integers are divided by 255" + advice);
  expect_success(train("scaled", {"data.normalize={\"mean\":0,\"deviation\":100}"}));
  write("t10k-images-idx3-ubyte.gz", widened(images_of(test_), 0xd03, 16, [](std::uint8_t byte) {
          return std::bit_cast<std::uint32_t>(static_cast<float>(byte));
        }));
  expect_refused({}, 3,
                 "expected at most 16, as pixels of floating-point numbers are taken as they are" + advice);
  expect_success(train("bytes", {R"(data.normalize={"mean": 0, "deviation": 255})"}));
}

TEST_F(DataFiles, LabelsMayBeginAtOneAndImagesBeTransposed) {
  write_usual();
  expect_success(train("usual"));
  write("train-labels-idx1-ubyte.gz", labels_of(train_, 1));
  write("t10k-labels-idx1-ubyte.gz", labels_of(test_, 1));
  for (Dataset* data : {&train_, &test_}) {
    const Bytes before = gradtable::testing::pixels_of(*data);
    Bytes pixels = before;
    for (std::size_t i = 0; i < pixels.size(); ++i)
      pixels[i] = before[i / 784 * 784 + i % 28 * 28 + i / 28 % 28];
    data->inputs = {pixels, data->inputs.shape()};
  }
  write("train-images-idx3-ubyte.gz", images_of(train_));
  write("t10k-images-idx3-ubyte.gz", images_of(test_));
  const Words letters = {"data.labels_begin_at=1", "data.transpose_images=true"};
  expect_success(train("letters", letters));
  expect_same("letters", "usual");
  expect_refused({"data.labels_begin_at=2"}, 3, "label 1 at index ");
  expect_refused({"data.labels_begin_at=2"}, 3,
                 "expected a label from 2 to 257, as data.labels_begin_at is 2");
}

TEST_F(DataFiles, ALabelThatTrainingLacksNamesTheKeyAndWhereTheNumberComesFrom) {
  write_usual();
  test_.targets = {Bytes(40, 10), {40}};
  write("t10k-labels-idx1-ubyte.gz", labels_of(test_));
  expect_refused(
      {}, 3,
      "@byte 8: label 10 at index 0; expected a label below 10, inferred from the largest training "
      "label, in " +
          folder_.path("data/train-labels-idx1-ubyte.gz") + "; data.classes sets it");
  expect_refused({"data.classes=10"}, 3, "expected a label below 10, by data.classes");
  expect_refused({"data.labels_begin_at=-1", "data.classes=10"}, 3,
                 "expected a label from -1 to 8, by data.classes");
  expect_success(train("eleven", {"data.classes=11"}));
}

// As those of EMNIST's letters do.
TEST_F(DataFiles, WhoseLabelsBeginAtOneAreTrainedOnWithAHint) {
  const std::string hint =
      "class 0 has no image, as the training labels begin at {0}; data.labels_begin_at={0} "
      "makes {0} class 0\n";
  const std::string one = fmt::format(fmt::runtime(hint), 1);
  const auto output = [&](const Words& settings, const Words& more = {}) {
    const ProcessResult result = run(Words{config_, "--out", folder_.path("hint")} + set(settings) + more);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result.out;
  };
  write_usual();
  EXPECT_FALSE(contains(output({}), "class 0 has no image"));
  write("train-labels-idx1-ubyte.gz", labels_of(train_, 1));
  write("t10k-labels-idx1-ubyte.gz", labels_of(test_, 1));
  EXPECT_TRUE(contains(output({}), "labels   " + one));
  EXPECT_TRUE(contains(output({}, {"--dry-run"}), "labels      " + one));
  EXPECT_TRUE(contains(output({"data.labels_begin_at=-1"}), fmt::format(fmt::runtime(hint), 1)));
  for (const char* said : {"data.labels_begin_at=1", "data.classes=11"})
    EXPECT_FALSE(contains(output({said}), "class 0 has no image")) << said;
}

TEST_F(DataFiles, OfOtherClassesThanTheWeightsSayWhereTheirNumberIsFrom) {
  write_usual();
  expect_success(train("ten", {"output.weights_layout=pytorch"}));
  Bytes labels = gradtable::testing::labels_of(train_);
  labels[7] = 26;
  write("train-labels-idx1-ubyte.gz", idx::idx_labels(labels));
  const std::string misfit = weights("ten") + ": \"fc2.bias\" is float32 (10), expected float32 (27); ";
  const std::string source = fmt::format(
      "; the number of classes, 27, is inferred from the largest training label, in "
      "{}; data.classes sets it\n",
      folder_.path("data/train-labels-idx1-ubyte.gz"));
  for (const Words& dry : {Words{}, Words{"--dry-run"}}) {
    const auto begun = [&](const Words& settings) {
      return run(training("other", settings) + Words{"--init", weights("ten")} + dry);
    };
    expect_error(begun({}), 4, misfit);
    expect_error(begun({}), 4, source);
    const ProcessResult given = begun({"data.classes=27"});
    expect_error(given, 4, misfit);
    EXPECT_FALSE(contains(given.err, "inferred")) << given.err;
  }
  write_usual();
  const ProcessResult wider = run(training("other", {"model.hidden=[17]"}) + Words{"--init", weights("ten")});
  expect_error(wider, 4, "\"fc1.bias\" is float32 (16), expected float32 (17); ");
  EXPECT_FALSE(contains(wider.err, "inferred")) << wider.err;
}

TEST_F(DataFiles, ThatAreMissingAreMetWithWhatToDo) {
  write("train-images", images_of(train_));
  write("labels-of-training", labels_of(train_));
  expect_refused({}, 3,
                 "train-labels-idx1-ubyte.gz: No such file or directory; expected a readable file; no name "
                 "like it among the 2 there. data.dir");
  write("Train-Labels", labels_of(train_));
  expect_refused({}, 3, "; the nearest name there is \"Train-Labels\". data.dir");
  std::filesystem::create_symlink("nowhere", folder_.path("data/train-labels-idx1-ubyte.gz"));
  expect_refused({}, 3, "; it is a link to nothing: \"nowhere\" is not there. data.dir");
  for (const char* hint : {"MNIST_DIR", "scripts/fetch_mnist.sh", "digits.json"}) {
    expect_refused({}, 3, hint);
    expect_refused({"data.dir=nowhere/fashion-mnist"}, 3, hint);
  }
  expect_refused({"data.dir=nowhere"}, 3, "nowhere\" is not there");
}

TEST_F(DataFiles, OfTwoDataSetsOfTorchvisionAreNotGuessed) {
  write_usual("KMNIST/raw/");
  expect_success(train("one"));
  write_usual("FashionMNIST/raw/");
  expect_refused(
      {}, 3,
      "-ubyte.gz: No such file or directory; expected a readable file; in \"FashionMNIST/raw\" and in "
      "\"KMNIST/raw\" there are files of that name: name the folder that is meant. data.dir is the "
      "folder of the files");
  expect_success(train("named", {"data.dir=data/KMNIST"}));
  expect_same("named", "one");
}

TEST_F(DataFiles, BesideAMistypedFolderAreNamed) {
  write_usual();
  expect_refused({"data.dir=dat"}, 3, "dat\" is not there, the nearest name beside it is \"data\". data.dir");
}

TEST_F(DataFiles, OfTheCoursesFormatThatAreMissingAreMetWithItsKeys) {
  config_ = folder_.write("mark.config", std::string_view("num_epochs = 1\nbatch_size = 10\nhidden_size = 5\n"
                                                          "learning_rate = 1e-3\nrel_path_log_file = log\n"
                                                          "rel_path_train_images = a\n"
                                                          "rel_path_train_labels = b\n"
                                                          "rel_path_test_images = c\n"
                                                          "rel_path_test_labels = d\n"));
  const ProcessResult result = run({config_});
  expect_error(result, 3,
               ". rel_path_train_images and rel_path_train_labels are the files, from the folder ");
  for (const char* hint :
       {"; MNIST_DIR has no effect on a .config file; ", "scripts/fetch_mnist.sh", "digits.json"})
    EXPECT_TRUE(contains(result.err, hint));
  EXPECT_FALSE(contains(result.err, "data.dir")) << result.err;
}

TEST_F(DataFiles, WithASideThatIsTooLargeForPicturesAreTrainedOn) {
  for (const char* name : {"train", "t10k"}) {
    write(std::string(name) + "-images-idx3-ubyte", words({0x803, 2, 1, 5000}) + Bytes(10'000, 5));
    write(std::string(name) + "-labels-idx1-ubyte", idx::idx_labels({0, 1}));
  }
  const ProcessResult result = run(training("wide", {"model.hidden=[]", "training.batch_size=1",
                                                     "training.epochs=1", "output.report=report.html"}));
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const std::string page = folder_.read("wide/report.html");
  EXPECT_TRUE(contains(page, "<span>1 x 5000 pixels: too large to be shown</span>"));
  EXPECT_TRUE(contains(page, "Each of 1 x 5000 pixels: too large to be shown."));
}

TEST_F(DataFiles, AreBoundedByALimitThatHasAKey) {
  write_usual();
  Bytes many = words({0x803, 40, 1024, 1024}) + Bytes(std::size_t{40} << 20);
  write("t10k-images-idx3-ubyte.gz", many);
  expect_refused({"data.memory_limit=8"}, 3,
                 "41943040 bytes in memory; expected at most 8388608 bytes, data.memory_limit");
}

TEST_F(DataFiles, AreNormalizedAndTheWeightsSaySo) {
  write_usual();
  expect_success(train("none"));
  const Words given = {R"(data.normalize={"mean": 0.1307, "deviation": [0.3081]})"};
  expect_success(train("given", given));
  EXPECT_FALSE(folder_.read("given/weights.safetensors") == folder_.read("none/weights.safetensors"));
  const gradtable::TensorFile file = gradtable::read_safetensors(weights("given"));
  EXPECT_EQ(file.metadata.at("normalize"), R"({"mean":[0.1307],"deviation":[0.3081]})");
  EXPECT_EQ(gradtable::read_safetensors(weights("none")).metadata.at("normalize"), "none");
  const auto eval = [&](const std::string& init, const Words& settings, const char* command = "eval") {
    return run(Words{command, config_, "--init", init, "--out", folder_.path("b")} + set(settings));
  };
  expect_success(eval(weights("given"), given));
  EXPECT_EQ(folder_.read("b/results.json"), folder_.read("given/results.json"));
  const std::string found =
      ": weights for images normalized with mean 0.1307 and deviation 0.3081; expected not "
      "normalized, as data.normalize says";
  for (const char* command : {"eval", "predict", "train"}) {
    expect_error(eval(weights("given"), {}, command), 4, weights("given") + found);
    expect_error(eval(checkpoint("given"), {}, command), 4, checkpoint("given") + found);
    expect_error(eval(weights("none"), given, command), 4,
                 "weights for images not normalized; expected normal");
  }
  expect_error(run(training("given", {"training.epochs=5"}) + resumed("given")), 4, "data.normalize is ");
  expect_success(train("given", given + Words{"training.epochs=5"}, resumed("given")));
}

TEST_F(DataFiles, AreStandardizedByTheImagesThatAreTrainedOn) {
  write_usual();
  const Words settings = {"data.normalize=standardize", "training.validation_fraction=0.2"};
  expect_success(train("measured", settings));
  const gradtable::Dataset first = part_of(train_, 0, 80);
  const gradtable::TensorFile file = gradtable::read_safetensors(weights("measured"));
  EXPECT_EQ(file.metadata.at("normalize"), to_text(measured(first)));
  const auto config = nlohmann::json::parse(folder_.read("measured/config.resolved.json"));
  EXPECT_EQ(config.at("data").at("normalize"), "standardize");
  for (const char* name : {"train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"})
    std::filesystem::remove(folder_.path(std::string("data/") + name));
  expect_success(run(Words{"eval", config_, "--init", weights("measured"), "--out", folder_.path("b")} +
                     set({"data.normalize=standardize"})));
  EXPECT_EQ(folder_.read("b/results.json"), folder_.read("measured/results.json"));
}

TEST_F(DataFiles, WeightsOfOtherProgramsHaveTheNormalizationOfTheConfig) {
  write_usual();
  const Words given = {R"(data.normalize={"mean": 0.1307, "deviation": 0.3081})"};
  expect_success(train("given", given));
  gradtable::TensorFile file = gradtable::read_safetensors(weights("given"));
  file.metadata.clear();
  const std::string theirs = folder_.path("theirs");
  write_safetensors(theirs, file);
  const auto eval = [&](const Words& settings) {
    return run(Words{"eval", config_, "--init", theirs, "--out", folder_.path("b")} + set(settings));
  };
  expect_success(eval(given));
  EXPECT_EQ(folder_.read("b/results.json"), folder_.read("given/results.json"));
  EXPECT_TRUE(contains(eval({}).out, "images   taken as not normalized, as data.normalize says: "));
  expect_error(
      eval({"data.normalize=standardize"}), 2,
      "at /data/normalize: \"standardize\"; expected mean and deviation, as " + theirs + " does not say");
  for (const char* channels :
       {R"({"mean":[0.1,0.2],"deviation":[1,2]})", R"({"mean":[1,2,3],"deviation":[1,2,3]})"}) {
    file.metadata = {{"normalize", channels}};
    write_safetensors(theirs, file);
    for (const Words& settings : {given, {"data.normalize=standardize"}, {}})
      expect_error(eval(settings), 4, theirs + ": normalize is that of ");
    expect_error(eval(given), 4, " channels; expected numbers of one channel, as these images have");
  }
  file.metadata = {{"normalize", R"({"mean":[1e39],"deviation":[1]})"}};
  write_safetensors(theirs, file);
  expect_error(eval({"data.normalize=standardize"}), 4, "; expected numbers that float32 holds");
  file.metadata = {{"normalize", "perhaps"}};
  write_safetensors(theirs, file);
  expect_error(eval(given), 4, "normalize is \"perhaps\"; expected none, or {\"mean\"");
}

TEST_F(DataFiles, ANormalizationThatIsNoneIsRefused) {
  const auto refused = [&](const std::string& value, const std::string& part) {
    config_ = folder_.write("bad.json", fmt::format(R"({{"data": {{"normalize": {}}}}})", value));
    expect_error(run({config_}), 2, "bad.json at /data/normalize" + part);
  };
  refused(R"("standard")", ": \"standard\"; expected \"none\", \"standardize\", or {\"mean\"");
  refused("[1,2]", ": a list of 2; expected \"none\"");
  refused("null", ": null; expected \"none\"");
  refused(R"({"mean": 1})", ": no \"deviation\"");
  refused(R"({"mean": 1, "deviation": 0})", "/deviation: 0; expected a number above 0");
  refused(R"({"mean": "1", "deviation": 1})", "/mean: \"1\"; expected a number");
  refused(R"({"mean": [1, 2], "deviation": [1, 2]})",
          "/mean: a list of 2; expected a number, or a list of one");
  refused(R"({"mean": 1, "deviation": 1, "std": 1})", ": the key \"std\"");
  const std::string held = "; expected numbers that float32 holds";
  refused(R"({"mean": 1e39, "deviation": 1})", ": a mean of 1e+39 and a deviation of 1" + held);
  refused(R"({"mean": 0, "deviation": 1e-40})", ": a mean of 0 and a deviation of 1e-40" + held);
  refused(R"({"mean": 0, "deviation": [1e-320]})", ": a mean of 0 and a deviation of 1e-320" + held);
}

TEST_F(DataFiles, LeNet5TakesImagesThatWerePadded) {
  program_ = "mnist_lenet5";
  const auto padded = [](const Dataset& data) {
    Bytes bytes = words({0x803, static_cast<std::uint32_t>(data.size()), 32, 32}) +
                  Bytes(static_cast<std::size_t>(1024 * data.size()));
    const Bytes pixels = gradtable::testing::pixels_of(data);
    for (std::size_t i = 0; i < pixels.size(); ++i)
      bytes[16 + i / 784 * 1024 + (i / 28 % 28 + 2) * 32 + i % 28 + 2] = pixels[i];
    return bytes;
  };
  config_ = folder_.write("lenet5.json", std::string_view(R"({"threads": 1, "data": {"dir": "data"},
      "training": {"epochs": 1, "batch_size": 32}, "output": {"dir": "out"}})"));
  write_usual();
  expect_success(train("usual"));
  write("train-images-idx3-ubyte.gz", padded(train_));
  write("t10k-images-idx3-ubyte.gz", padded(test_));
  expect_success(train("padded"));
  EXPECT_EQ(folder_.read("padded/predictions.log"), folder_.read("usual/predictions.log"));
}

TEST_F(DataFiles, ElasticDistortionOfALongImageIsRefused) {
  for (const char* name : {"train", "t10k"}) {
    write(std::string(name) + "-images-idx3-ubyte", words({0x803, 1, 1, 3'000'000}) + Bytes(3'000'000, 5));
    write(std::string(name) + "-labels-idx1-ubyte", idx::idx_labels({0}));
  }
  expect_refused(
      {"model.hidden=[1]", "training.batch_size=1", "training.augmentation.elastic.alpha=34"}, 2,
      config_ +
          " at /training/augmentation/elastic/alpha: 34 and images of 1x3000000; expected images of "
          "at most 1024x1024 for elastic distortion, which 0 turns off\n");
  expect_refused({"model.hidden=[1]", "training.batch_size=1", "training.augmentation.shift=1"}, 2,
                 config_ +
                     " at /training/augmentation: images of 1x3000000; expected images of at most "
                     "32768x32768\n");
}

}  // namespace
}  // namespace classifier
