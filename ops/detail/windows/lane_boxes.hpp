// How images, or boxes of images, are laid into the lanes of vectors (lanes.hpp).
#pragma once

#include <algorithm>

#include "gradtable/ops/detail/windows/correlation.hpp"
#include "gradtable/ops/detail/windows/lanes.hpp"

namespace gradtable::detail {

// Where few images would leave lanes empty, and where an image is large, it is cut into boxes of targets,
// each with the sources that it needs. Along one axis:
struct BoxAxis {
  Window window;
  bool transposed;                   // targets are the input of the convolution, sources its output
  std::int64_t targets, sources;     // extents
  std::int64_t box, boxes = 1;       // targets of a box
  std::int64_t low = 0, extent = 0;  // sources of the first box
  std::int64_t step = 0;             // from box to box, in sources

  // Elements k = first, first + weight, ... of the window, `count` of them, whose sources lie in the box:
  // source, source + step, ... from the box's first.
  struct Reach {
    std::int64_t count = 0, tap = 0, tap_step = 0, source = 0, source_step = 0;
  };
  Reach reach(std::int64_t target) const;
};

// Sources are those that the windows reach; of whole images, cut off at their ends.
struct Boxes {
  Boxes(const Convolution& c, bool transposed, std::int64_t lanes);
  // With all sources that the windows reach, also those of whole images that lie in the padding.
  static Boxes with_padding(const Convolution& c, std::int64_t lanes);

  Spatial<BoxAxis> axes;
  std::int64_t count() const { return axes[0].boxes * axes[1].boxes * axes[2].boxes; }
  std::int64_t targets() const { return axes[0].box * axes[1].box * axes[2].box; }
  std::int64_t sources() const { return axes[0].extent * axes[1].extent * axes[2].extent; }
  bool whole_images() const { return count() == 1; }

 private:
  Boxes() = default;
  void divide(const Convolution& c, bool transposed, std::int64_t lanes);
  void bound(bool padding);
};

// What lies in the lanes: boxes of images. Lanes behind the last box hold nothing.
template <class T>
struct LaneContents {
  static constexpr std::size_t kLanes = 64 / sizeof(T);
  std::size_t used = 0;
  std::array<std::int64_t, kLanes> image{};
  std::array<Spatial<std::int64_t>, kLanes> target{}, source{};  // where the box begins

  // From box `first` on, of those below `end`, counted over all images.
  LaneContents(const Boxes& boxes, std::int64_t first, std::int64_t end);
};

// Lays boxes of `channels` channels of the lanes' images into lanes, [channel][position][lane], and 0 where
// they reach out of the image. `first` is the first of these channels in image 0, `stride` leads to the next
// image, `origin` says where the boxes begin.
template <class T>
void pack_lanes(const T* first, std::int64_t stride, const LaneContents<T>& lanes,
                const std::array<Spatial<std::int64_t>, LaneContents<T>::kLanes>& origin,
                const Spatial<std::int64_t>& image, const Spatial<std::int64_t>& box, std::int64_t channels,
                T* to);

}  // namespace gradtable::detail
