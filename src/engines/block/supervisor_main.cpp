// The supervisor as a program of its own, for tests; users have it as a mode of hvsh.
#include <string>
#include <vector>

#include "engines/block/supervisor.h"

int main(int argc, char** argv) {
  return hvsh::engines::block::supervise(std::vector<std::string>(argv + 1, argv + argc));
}
