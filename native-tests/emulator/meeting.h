// Where threads meet: a counter of those who wait, with the tokens that order memory for TSan.
#pragma once

#include "fiber.h"

namespace emu {

// One barrier. Generations alternate between two tokens, so that who comes early to the next does not seem ordered
// before who leaves this one late.
class Meeting {
 public:
  // Returns whether this was the last of `expected`; otherwise the caller waits until generation() changes.
  bool arrive(unsigned expected) {
    released(&tokens[turn & 1]);
    if (++waiting < expected) {
      return false;
    }
    waiting = 0;
    turn++;
    return true;
  }

  unsigned generation() const {
    return turn;
  }

  // After the wait for generation `before` has ended.
  void leave(unsigned before) {
    acquired(&tokens[before & 1]);
  }

  unsigned waiters() const {
    return waiting;
  }

 private:
  unsigned waiting = 0, turn = 0;
  char tokens[2] = {};
};

}  // namespace emu
