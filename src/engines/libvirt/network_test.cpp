#include <doctest/doctest.h>

#include "engines/libvirt/network_xml.h"

using namespace hvsh;
using namespace hvsh::engines;
using namespace hvsh::engines::libvirt;
using nouns::VMSwitchType;

namespace {

template <class T>
T must(Result<T> result) {
  if (!result) FAIL(result.error().message);
  return result.take();
}

SwitchConfig lab() {
  SwitchConfig config{.id = *Guid::parse("01234567-89ab-cdef-0123-456789abcdef"),
                      .name = "Lab & <1>",
                      .notes = "two\nlines",
                      .type = VMSwitchType::External,
                      .uplink = "eth1"};
  config.host_adapters.push_back({.id = *Guid::parse("01234567-0000-0000-0000-000000000001"),
                                  .name = "Mana \"ge\"",
                                  .mac = "525400A1B2C3",
                                  .static_mac = true});
  return config;
}

void check_same(const SwitchConfig& a, const SwitchConfig& b) {
  CHECK(a.id == b.id);
  CHECK(a.name == b.name);
  CHECK(a.notes == b.notes);
  CHECK(a.type == b.type);
  CHECK(a.uplink == b.uplink);
  CHECK(a.uplink_is_bridge == b.uplink_is_bridge);
  CHECK_FALSE(b.is_foreign);
  REQUIRE(a.host_adapters.size() == b.host_adapters.size());
  for (size_t i = 0; i < a.host_adapters.size(); ++i) {
    CHECK(a.host_adapters[i].id == b.host_adapters[i].id);
    CHECK(a.host_adapters[i].name == b.host_adapters[i].name);
    CHECK(a.host_adapters[i].mac == b.host_adapters[i].mac);
    CHECK(a.host_adapters[i].static_mac == b.host_adapters[i].static_mac);
    CHECK(b.host_adapters[i].switch_name == b.name);
    CHECK(b.host_adapters[i].switch_id == b.id);
  }
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a switch comes back from its network as it was") {
  const Network network = must(read_network(build_network(lab())));
  check_same(lab(), network.config);
  CHECK(network.config.bridge == "hv-01234567");
  SwitchConfig on_bridge = lab();
  on_bridge.uplink = on_bridge.bridge = "br0";
  on_bridge.uplink_is_bridge = true;
  const std::string xml = build_network(on_bridge);
  CHECK(has(xml, "<forward mode=\"bridge\"/>"));
  check_same(on_bridge, must(read_network(xml)).config);
}

TEST_CASE("a changed switch keeps what hvsh does not know") {
  const std::string xml = R"(<network connections='3'><name>lab</name>
  <uuid>01234567-89ab-cdef-0123-456789abcdef</uuid><!-- keep -->
  <metadata><other:thing xmlns:other="urn:other">stays</other:thing>
    <hv:switch xmlns:hv="https://hvsh.dev/xmlns/switch/1" name="Lab" type="Private" future="yes"><hv:notes>old</hv:notes><hv:future/></hv:switch></metadata>
  <bridge name='hv-01234567' stp='off' delay='0'/><mac address='52:54:00:00:00:01'/></network>)";
  CHECK(must(read_network(xml)).config.notes == "old");
  SwitchConfig config = lab();
  config.uplink.clear();
  config.type = VMSwitchType::Internal;
  const std::string edited = must(edit_network(xml, config));
  check_same(config, must(read_network(edited)).config);
  for (const char* part : {"<!-- keep -->", "connections=\"3\"", "stays", "future=\"yes\"", "<hv:future",
                           "<hv:host-adapter", "52:54:00:00:00:01", "<name>lab</name>"}) {
    CAPTURE(part);
    CHECK(has(edited, part));
  }
  // Without what is no longer so.
  config.notes.clear();
  config.host_adapters.clear();
  CHECK_FALSE(has(must(edit_network(edited, config)), "notes"));
  CHECK_FALSE(has(must(edit_network(edited, config)), "host-adapter"));
}

TEST_CASE("networks of others are switches too") {
  const auto read = [](const std::string& parts, const std::string& name = "n") {
    return must(read_network("<network><name>" + name +
                             "</name><uuid>01234567-89ab-cdef-0123-456789abcdef</uuid>" + parts +
                             "</network>"))
        .config;
  };
  CHECK(read("<bridge name='virbr1'/>").type == VMSwitchType::Private);
  CHECK(read("<bridge name='virbr1'/>").is_foreign);
  CHECK(read("<bridge name='virbr1'/><ip address='10.0.0.1' netmask='255.0.0.0'/>").type ==
        VMSwitchType::Internal);
  CHECK(read("<forward mode='nat'/><bridge name='virbr1'/><ip address='10.0.0.1'/>").type ==
        VMSwitchType::Internal);
  const SwitchConfig bridged = read("<forward mode='bridge'/><bridge name='br0'/>");
  CHECK(bridged.type == VMSwitchType::External);
  CHECK(bridged.uplink == "br0");
  const SwitchConfig direct = read("<forward mode='bridge'><interface dev='eth1'/></forward>");
  CHECK(direct.type == VMSwitchType::External);
  CHECK(direct.uplink == "eth1");
  const SwitchConfig standard =
      read("<forward/><bridge name='virbr0'/><ip address='192.168.122.1'/>", "default");
  CHECK(standard.name == "Default Switch");
  CHECK(standard.type == VMSwitchType::Internal);
  CHECK(standard.id.to_string() == "c08cb7b8-9b3c-408e-8e30-5e16a3aeb444");
}

TEST_CASE("text that is no network is an error") {
  CHECK_FALSE(read_network("").ok());
  CHECK_FALSE(read_network("<network><name>a</name></network>").ok());
  CHECK_FALSE(edit_network("<network>", lab()).ok());
}
