#include "gradtable/models/data/formats/format.hpp"

#include "tests/models/data/formats/npy_bytes.hpp"
#include "tests/support/idx_bytes.hpp"
#include "tests/support/message_of.hpp"
#include "tests/support/temporary_folder.hpp"
#include <gtest/gtest.h>

#include "gradtable/core/error.hpp"
#include "gradtable/models/data/formats/npz.hpp"

namespace gradtable {
namespace {

using testing::contains;

const Array kNumbers = Array::of<float>({2, 2}, {1, 2, 3, 4}), kLabels = Array::of<std::int32_t>({2}, {0, 1});

class Formats : public ::testing::Test {
 protected:
  Formats() {
    write_npy(npy_, kNumbers);
    write_npy(labels_, kLabels);
    write_npz(npz_, {{"X", kNumbers}, {"y", kLabels}});
  }

  testing::TemporaryFolder folder_;
  std::string npy_ = folder_.path("numbers"), labels_ = folder_.path("labels"), npz_ = folder_.path("both");
  std::string csv_ = folder_.write("t.csv", "id,x,t\np,1,a\nq,2,b\n");
  std::string idx_ = folder_.write("images", testing::gzip(testing::idx_images(2, 2, 2)));
  std::string idx_labels_ = folder_.write("classes", testing::idx_labels({0, 1}));
};

TEST_F(Formats, AreRecognizedByFirstBytesOrSuffix) {
  EXPECT_EQ(data_format_of(npy_).name, "npy");
  EXPECT_EQ(data_format_of(npz_).name, "npz");
  EXPECT_EQ(data_format_of(csv_).name, "csv");
  EXPECT_EQ(data_format_of(idx_).name, "idx");
  EXPECT_EQ(data_format_of(folder_.write("t.tsv.gz", testing::gzip({'a', '\n', '1', '\n'}))).name, "csv");
  EXPECT_EQ(data_format_of(folder_.write("damaged.npy", "not one")).name, "npy");
  EXPECT_EQ(find_data_format("npz").name, "npz");
}

TEST_F(Formats, SayWhatTheyDoNotKnow) {
  EXPECT_TRUE(contains(testing::message_of<ConfigError>([] { find_data_format("cvs"); }),
                       "\"cvs\"; expected one of idx, npy, npz, csv"));
  EXPECT_TRUE(
      contains(testing::message_of<DataError>([&] { data_format_of(folder_.write("x", "{\"json\"")); }),
               "x: a file that begins with \"{\"json\"\"; expected one of the formats idx, npy, npz, csv"));
  EXPECT_TRUE(
      contains(testing::message_of<DataError>([&] { data_format_of(folder_.path("")); }), "expected"));
  EXPECT_TRUE(contains(testing::message_of<DataError>([&] { data_format_of(folder_.path("clases")); }),
                       "\"classes\""));
  EXPECT_TRUE(
      contains(testing::message_of<DataError>([&] { data_format_of("/dev/null"); }), "not a regular file"));
}

TEST_F(Formats, BecomeDataSets) {
  for (const LoadedData& loaded :
       {load_data({npy_, labels_}), load_data({npz_}), load_data({idx_, idx_labels_}),
        load_data({csv_}, {.csv = {.target = "t", .identifiers = "id"}})}) {
    EXPECT_NO_THROW(require_valid(loaded.data));
    EXPECT_EQ(loaded.data.size(), 2);
    EXPECT_EQ(loaded.data.classes, 2);
    EXPECT_EQ(loaded.data.label(1), 1);
  }
}

TEST_F(Formats, TakeTheFilesThatTheyHave) {
  EXPECT_TRUE(contains(testing::message_of<ConfigError>([&] { load_data({npy_}); }),
                       ": no file of targets; expected one beside it, as the format is npy"));
  EXPECT_TRUE(contains(testing::message_of<ConfigError>([&] {
                         load_data({csv_, labels_});
                       }),
                       "expected none"));
}

TEST_F(Formats, ApplyThePreparationOfAnotherTable) {
  const LoadedData train = load_data({csv_}, {.csv = {.target = "t", .identifiers = "id"}});
  const std::string file = folder_.write("new.csv", "x,t,id\n5,b,r\n7,b,s\n");
  const LoadedData again = load_data({file}, {.preparation = train.preparation});
  EXPECT_EQ(again.data.label(0), 1);
  EXPECT_EQ(again.data.inputs.as<float>()[1], 7);
  EXPECT_EQ(again.identifiers, (std::vector<std::string>{"r", "s"}));
}

}  // namespace
}  // namespace gradtable
