// All of gradtable.
#pragma once

#include "gradtable/core/graph.hpp"
#include "gradtable/core/random.hpp"
