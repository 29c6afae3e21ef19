// Files that Python writes, where this machine has it.
#include <cmath>
#include <sstream>

#include "tests/support/process.hpp"
#include "tests/support/temporary_folder.hpp"
#include <gtest/gtest.h>

#include "gradtable/models/data/formats/csv.hpp"
#include "gradtable/models/data/formats/npz.hpp"

namespace gradtable {
namespace {

// Writes arrays of every type and order to the folder, and says of each: file, name, rank, sum, and the sum
// of each element times its index in C order.
constexpr const char* kWriteArrays = R"(
import sys, numpy as np
folder = sys.argv[1]
def say(file, name, a):
    flat = a.astype(np.float64).ravel(order="C")
    print(file, name, a.ndim, repr(float(flat.sum())), repr(float((flat * np.arange(flat.size)).sum())))
base = (np.arange(24) * 7 % 11).reshape(2, 3, 4)
arrays = {}
for type in ["bool", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"]:
    for order in "<>":
        a = base.astype(np.dtype(type).newbyteorder(order))
        arrays[type + ("l" if order == "<" else "b") + "c"] = a
        arrays[type + ("l" if order == "<" else "b") + "f"] = np.asfortranarray(a)
arrays["scalar"] = np.array(2.5)
arrays["none"] = np.zeros((0, 3))
for name, a in arrays.items():
    np.save(folder + "/" + name + ".npy", a)
    say(name + ".npy", "-", a)
np.savez(folder + "/stored.npz", **arrays)
np.savez_compressed(folder + "/packed.npz", **arrays)
for file in ["stored.npz", "packed.npz"]:
    for name, a in arrays.items(): say(file, name, a)
)";

testing::ProcessResult run_python(const char* script, const std::string& folder) {
  try {
    return testing::run_process({"python3", "-c", script, folder});
  } catch (const std::runtime_error&) {
    return {1, "", ""};
  }
}

TEST(Numpy, FilesReadToTheSameNumbers) {
  const testing::TemporaryFolder folder;
  const testing::ProcessResult python = run_python(kWriteArrays, folder.path(""));
  if (python.exit_code != 0) GTEST_SKIP() << "python3 with NumPy is not on this machine";
  std::istringstream lines(python.out);
  std::string file, name;
  int rank = 0, read = 0;
  for (double sum = 0, weighted = 0; lines >> file >> name >> rank >> sum >> weighted; ++read) {
    const SharedArray array = name == "-" ? read_npy(folder.path(file)) : read_npz(folder.path(file), name);
    ASSERT_EQ(array.shape().rank(), rank) << file << ' ' << name;
    const Array numbers = cast(array.view(), DType::float64);
    double index = 0;
    for (const double number : numbers.as<double>()) {
      sum -= number;
      weighted -= number * index++;
    }
    EXPECT_EQ(sum, 0) << file << ' ' << name;
    EXPECT_EQ(weighted, 0) << file << ' ' << name;
  }
  EXPECT_EQ(read, 3 * 50);
}

// A table by each dialect of Python's csv, with an index as pandas writes it, and what its numbers sum up to.
constexpr const char* kWriteTables = R"(
import csv, sys
folder = sys.argv[1]
rows = [[i, repr(i * 0.1 - 3), ["a,b", 'say "x"', "two\nlines", ""][i % 4], i % 3 - 1.0] for i in range(100)]
for name, options in {"all": dict(quoting=csv.QUOTE_ALL), "unix": dict(dialect="unix"), "semicolon": dict(delimiter=";"),
                      "tab": dict(dialect="excel-tab"), "plain": dict()}.items():
    with open(folder + "/" + name + ".csv", "w", newline="") as file:
        writer = csv.writer(file, **options)
        writer.writerow(["", "x", "text", "t"])
        writer.writerows(rows)
)";

TEST(PythonCsv, FilesReadToTheSameNumbers) {
  const testing::TemporaryFolder folder;
  if (run_python(kWriteTables, folder.path("")).exit_code != 0)
    GTEST_SKIP() << "python3 is not on this machine";
  for (const char* const name : {"all", "unix", "semicolon", "tab", "plain"}) {
    const CsvTable table = read_csv(folder.path(name + std::string(".csv")),
                                    {.target = "t", .one_hot = false, .missing = MissingValues::fill});
    ASSERT_EQ(table.data.inputs.shape(), (Shape{100, 2})) << name;
    EXPECT_EQ(table.identifiers[99], "99");
    EXPECT_EQ(table.preparation.inputs[1].categories,
              (std::vector<std::string>{"", "a,b", "say \"x\"", "two\nlines"}));
    for (std::size_t i = 0; i < 100; ++i) {
      EXPECT_EQ(table.data.inputs.as<float>()[2 * i], static_cast<float>(static_cast<double>(i) * 0.1 - 3));
      EXPECT_EQ(table.data.inputs.as<float>()[2 * i + 1], static_cast<float>((i + 1) % 4));
      EXPECT_EQ(table.data.targets.as<float>()[i], static_cast<float>(i % 3) - 1);
    }
  }
}

}  // namespace
}  // namespace gradtable
