#include "engines/machine/graph.h"

#include <doctest/doctest.h>

using namespace hvsh::engines;

namespace {

std::string id_of(int number) { return "00000000-0000-0000-0000-00000000000" + std::to_string(number); }

// base <- l1 <- l2 (current), checkpoint 1 froze base, checkpoint 2 froze l1.
MachineRecord chain() {
  MachineRecord record;
  record.id = id_of(0);
  record.disks = {{"sda", "/v/l2"}};
  record.images = {{"/v/l1", "/v/base", "sda"}, {"/v/l2", "/v/l1", "sda"}};
  record.checkpoints = {{.id = id_of(1), .disks = {{"sda", "/v/base"}}},
                        {.id = id_of(2), .parent_id = id_of(1), .disks = {{"sda", "/v/l1"}}}};
  record.current_checkpoint = id_of(2);
  return record;
}

std::string text(const std::optional<GraphStep>& step) {
  if (!step) return "none";
  return step->kind == GraphStep::remove ? "remove " + step->image
                                         : "merge " + step->image + " into " + step->base;
}

// What tidying does, as one line.
std::string tidy(MachineRecord& record) {
  std::string done;
  for (auto step = next_step(record); step; step = next_step(record)) {
    done += text(step) + "; ";
    if (step->kind == GraphStep::remove) {
      forget_image(record, step->image);
    } else {
      put_in_place(record, step->image, step->base);
      const auto again = next_step(record);  // as long as the merge has not said that it is done
      CHECK(text(again) == text(step));
      forget_image(record, step->image);
    }
    REQUIRE(done.size() < 2000);
  }
  return done;
}

}  // namespace

TEST_CASE("a graph that is all needed is left alone") { CHECK(text(next_step(chain())) == "none"); }

TEST_CASE("removing the older checkpoint merges the middle image down") {
  MachineRecord record = chain();
  take_out_checkpoint(record, id_of(1));
  CHECK(record.checkpoints[0].parent_id.empty());
  CHECK(tidy(record) == "merge /v/l1 into /v/base; ");
  CHECK(record.disks[0].image == "/v/l2");
  CHECK(record.checkpoints[0].disks[0].image == "/v/base");
  REQUIRE(record.images.size() == 1);
  CHECK(record.images[0].parent == "/v/base");
}

TEST_CASE("removing the newer checkpoint merges the present state down") {
  MachineRecord record = chain();
  take_out_checkpoint(record, id_of(2));
  CHECK(record.current_checkpoint == id_of(1));
  CHECK(tidy(record) == "merge /v/l2 into /v/l1; ");
  CHECK(record.disks[0].image == "/v/l1");
}

TEST_CASE("removing all leaves the disk that was given") {
  MachineRecord record = chain();
  for (const std::string& id : subtree_of(record, id_of(1))) take_out_checkpoint(record, id);
  CHECK(record.checkpoints.empty());
  tidy(record);
  CHECK(record.disks[0].image == "/v/base");
  CHECK(record.images.empty());
}

TEST_CASE("a branch keeps the image under both, and an abandoned leaf goes") {
  MachineRecord record = chain();
  enter_leaves(record, {{"sda", "/v/base"}}, {{"sda", "/v/l3"}});
  record.disks[0].image = "/v/l3";
  record.current_checkpoint = id_of(1);
  CHECK(tidy(record) == "remove /v/l2; ");
  // Without checkpoint 1 the base carries two branches, so it stays as it is.
  take_out_checkpoint(record, id_of(1));
  CHECK(text(next_step(record)) == "none");
  // Without checkpoint 2 as well, the other branch goes and this one comes down.
  take_out_checkpoint(record, id_of(2));
  CHECK(tidy(record) == "remove /v/l1; merge /v/l3 into /v/base; ");
  CHECK(record.disks[0].image == "/v/base");
}

TEST_CASE("a disk that hvsh did not make is never removed") {
  MachineRecord record = chain();
  record.checkpoints.clear();
  record.current_checkpoint.clear();
  record.disks.clear();
  CHECK(tidy(record) == "remove /v/l2; remove /v/l1; ");
}
