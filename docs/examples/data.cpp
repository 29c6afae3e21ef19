// From files to a data set that a Fit takes: a table with text and missing values, and the arrays of NumPy.
#include <cmath>
#include <fstream>
#include <iostream>

#include <gradtable/gradtable.hpp>

using namespace gradtable;

namespace {

// price = 2 area + 30 in the town, 2 area on the land; of some, the area is not known.
void write_houses(const std::string& path, int houses) {
  std::ofstream file(path);
  file << "id,area,place,price\n";
  for (int i = 0; i < houses; ++i) {
    const int area = 40 + 7 * i % 60;
    file << "house " << i << ',' << (i % 20 == 19 ? "NA" : std::to_string(area)) << ','
         << (i % 3 == 0 ? "town" : "\"land, far\"") << ',' << 2 * area + (i % 3 == 0 ? 30 : 0) << '\n';
  }
}

double train_on_a_table() {
  // [table]
  const CsvTable houses =
      read_csv("houses.csv", {.target = "price", .identifiers = "id", .missing = MissingValues::drop_rows});
  Graph g;
  const Sequential network(g, houses.data.example(), fcnn({16, 1}));
  Fit fit(g, network, {.train = houses.data},
          {.epochs = 200,
           .trainer = {.loss = "mean_squared_error",
                       .optimizer = {.type = "adam", .learning_rate = 0.05},
                       .normalization = measured(houses.data, houses.data.features())}});
  fit.run();
  std::cout << "mean squared error " << fit.evaluate(houses.data).loss() << '\n';
  // [/table]

  // [again]
  const CsvTable later = read_csv_with("later.csv", houses.preparation);
  std::cout << later.identifiers[0] << ": " << later.data.inputs.rows(0, 1).view() << '\n';
  // [/again]

  // [stored]
  write_weights("houses.safetensors", g, network, WeightLayout::gradtable,
                {{std::string(kTablePreparationKey), to_text(houses.preparation)}});
  const TensorFile stored = read_safetensors("houses.safetensors");
  const TablePreparation preparation =
      table_preparation_of(stored.metadata.at(std::string(kTablePreparationKey)));
  // [/stored]
  return preparation == houses.preparation ? fit.evaluate(houses.data).loss() : INFINITY;
}

bool exchange_arrays() {
  // [arrays]
  write_npy("X.npy", Array::of<float>({3, 2}, {1, 2, 3, 4, 5, 6}));
  write_npy("y.npy", Array::of<std::int32_t>({3}, {0, 1, 1}));
  const Dataset flowers = load_npy("X.npy", "y.npy");  // integers are classes

  write_npz("flowers.npz", {{"X", flowers.inputs}, {"y", flowers.targets}});
  const Dataset same = load_npz("flowers.npz", "X", "y");
  // [/arrays]
  return fingerprint(flowers) == fingerprint(same);
}

}  // namespace

int main() {
  write_houses("houses.csv", 200);
  write_houses("later.csv", 3);
  return train_on_a_table() < 10 && exchange_arrays() ? 0 : 1;
}
