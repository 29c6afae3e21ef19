// Any bytes as a CSV file: a DataError or a table, whose preparation then reads the same file.
#include "gradtable/models/data/formats/csv.hpp"

#include "input_file.hpp"

#include "gradtable/core/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gradtable;
  const fuzz::InputFile file({data, size});
  for (const MissingValues missing : {MissingValues::drop_rows, MissingValues::fill, MissingValues::keep}) {
    try {
      const CsvTable table = read_csv(file.path(), {.missing = missing, .memory_limit = 1 << 26});
      const TablePreparation again = table_preparation_of(to_text(table.preparation));
      read_csv_with(file.path(), again, {.memory_limit = 1 << 26});
    } catch (const DataError&) {
    }
  }
  return 0;
}
