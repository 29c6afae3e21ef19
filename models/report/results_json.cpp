#include "gradtable/models/report/results_json.hpp"

#include <nlohmann/json.hpp>

namespace gradtable::report {

using Json = nlohmann::ordered_json;

std::string results_json(const ConfusionMatrix& confusion, double loss) {
  const MacroScore macro = confusion.macro();
  Json json = {{"images", confusion.images()},
               {"correct", confusion.correct()},
               {"loss", loss},
               {"accuracy", confusion.accuracy()},
               {"balanced_accuracy", confusion.balanced_accuracy()},
               {"macro", {{"precision", macro.precision}, {"recall", macro.recall}, {"f1", macro.f1}}},
               {"classes", Json::array()},
               {"confusion_matrix", Json::array()}};
  for (std::int64_t label = 0; label < confusion.classes(); ++label) {
    const ClassScore score = confusion.score(label);
    json["classes"].push_back({{"class", label},
                               {"images", score.images},
                               {"predicted", score.predicted},
                               {"precision", score.precision},
                               {"recall", score.recall},
                               {"f1", score.f1}});
    Json row = Json::array();
    for (std::int64_t other = 0; other < confusion.classes(); ++other)
      row.push_back(confusion.count(label, other));
    json["confusion_matrix"].push_back(row);
  }
  return json.dump(2) + "\n";
}

}  // namespace gradtable::report
