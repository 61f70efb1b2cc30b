package io.vmha.libvirt;

import static io.vmha.libvirt.TestNode.vm;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.MachineFacts;
import io.vmha.adapter.VmClassifier;
import io.vmha.adapter.VmProfile;
import io.vmha.model.AntiAffinityGroup;
import io.vmha.model.ClusterRole;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The adapter on libvirt's own test driver: the real library, on hosts that exist in memory. */
class TestDriverTest {
    private static final HostId H1 = HostId.of("h1");

    @TempDir
    Path folder;

    @Test
    void metadataTellsTypeRoleTemplatePriorityAndGroups() {
        String metadata = """
                <x:vm xmlns:x='%s' type='DATABASE' role='STANDBY' template='db-template' priority='-7' id='db &amp; 1'>
                  <x:antiAffinity group='db'/><x:antiAffinity group='tier'/>
                </x:vm>""".formatted(VmhaMetadata.NAMESPACE);
        URI uri = new TestNode().size(8, 32_768).running("vm-17", metadata).writeTo(folder);
        try (LibvirtAdapter adapter = LibvirtAdapter.builder().host(H1, uri).build()) {
            Inventory inventory = adapter.discover(call()).toInventory();

            Host host = inventory.requireHost(H1);
            assertThat(host.role()).isEqualTo(ClusterRole.STANDBY);
            assertThat(host.capacity()).isEqualTo(Resources.of(8_000, 32_768));
            VirtualMachine db = inventory.requireVm(VmId.of("db & 1"));
            assertThat(db.type()).isEqualTo(VmType.DATABASE);
            assertThat(db.template()).contains(TemplateId.of("db-template"));
            assertThat(db.priority()).isEqualTo(-7);
            assertThat(db.antiAffinity())
                    .containsExactlyInAnyOrder(AntiAffinityGroup.of("db"), AntiAffinityGroup.of("tier"));
            assertThat(db.allocation()).isEqualTo(Resources.of(2_000, 1_024));
            assertThat(db.power()).isEqualTo(PowerState.ON);
        }
    }

    @Test
    void aRoleGivenToTheHostWinsOverItsMachinesMetadata() {
        URI uri =
                new TestNode().running("a", vm("MIDDLEWARE", "role='STANDBY'")).writeTo(folder);
        LibvirtHost host =
                LibvirtHost.builder().id(H1).uri(uri).role(ClusterRole.PRIMARY).build();
        try (LibvirtAdapter adapter = LibvirtAdapter.builder().host(host).build()) {
            assertThat(adapter.discover(call()).toInventory().requireHost(H1).role())
                    .isEqualTo(ClusterRole.PRIMARY);
        }
    }

    @Test
    void aDomainWithoutMetadataIsLeftAloneButWhatItUsesIsNotGivenToOthers() {
        URI uri = new TestNode()
                .size(4, 8_192)
                .running("stranger", "")
                .off("asleep", "")
                .writeTo(folder);
        try (LibvirtAdapter adapter = LibvirtAdapter.builder().host(H1, uri).build()) {
            Inventory inventory = adapter.discover(call()).toInventory();
            assertThat(inventory.vms()).isEmpty();
            assertThat(inventory.requireHost(H1).capacity()).isEqualTo(Resources.of(2_000, 7_168));
            assertThatThrownBy(() -> adapter.powerOff(VmId.of("stranger"), Duration.ZERO, call()))
                    .isInstanceOf(AdapterException.Permanent.class)
                    .hasMessageContaining("no such VM: stranger");
        }
    }

    @Test
    void aClassifierJudgesDomainsWithoutMetadataOnly() {
        URI uri = new TestNode()
                .running("mw-1", "")
                .running("mw-2", vm("DATABASE", ""))
                .running("other", "")
                .writeTo(folder);
        VmClassifier byName = VmClassifier.byName(Map.of(Pattern.compile("mw-.*"), VmType.MIDDLEWARE));
        try (LibvirtAdapter adapter =
                LibvirtAdapter.builder().host(H1, uri).classifyBy(byName).build()) {
            Inventory inventory = adapter.discover(call()).toInventory();
            assertThat(inventory.vms())
                    .extracting(VirtualMachine::id, VirtualMachine::type)
                    .containsExactlyInAnyOrder(
                            org.assertj.core.groups.Tuple.tuple(VmId.of("mw-1"), VmType.MIDDLEWARE),
                            org.assertj.core.groups.Tuple.tuple(VmId.of("mw-2"), VmType.DATABASE));
        }
    }

    @Test
    void aClassifierIsToldNameHostAndUuid() {
        URI uri = new TestNode().running("mw-1", "").writeTo(folder);
        List<MachineFacts> asked = new CopyOnWriteArrayList<>();
        VmClassifier classifier = vm -> {
            asked.add(vm);
            return Optional.of(VmProfile.builder()
                    .type(VmType.MIDDLEWARE)
                    .role(ClusterRole.STANDBY)
                    .priority(9)
                    .build());
        };
        try (LibvirtAdapter adapter =
                LibvirtAdapter.builder().host(H1, uri).classifyBy(classifier).build()) {
            Inventory inventory = adapter.discover(call()).toInventory();

            assertThat(inventory.requireVm(VmId.of("mw-1")).priority()).isEqualTo(9);
            assertThat(inventory.requireHost(H1).role()).isEqualTo(ClusterRole.STANDBY);
            assertThat(asked).isNotEmpty().allSatisfy(vm -> {
                assertThat(vm.name()).isEqualTo("mw-1");
                assertThat(vm.host()).isEqualTo(H1);
                assertThat(vm.cluster()).isEmpty();
                assertThat(vm.attributes()).containsOnlyKeys("uuid");
            });
        }
    }

    @Test
    void metadataThatBreaksARuleLeavesThatDomainAloneAndHidesNoOther() {
        URI uri = new TestNode()
                .running("bad-priority", vm("DATABASE", "priority='high'"))
                .running("bad-role", vm("DATABASE", "role='BOTH'"))
                .running("good", vm("DATABASE", ""))
                .writeTo(folder);
        try (LibvirtAdapter adapter = LibvirtAdapter.builder()
                .host(H1, uri)
                .classifyBy(VmClassifier.everyVmIs(VmType.MIDDLEWARE))
                .build()) {
            assertThat(adapter.discover(call()).vms())
                    .extracting(VirtualMachine::id)
                    .containsExactly(VmId.of("good"));
        }
    }

    @Test
    void powerOffAndOnAreDoneReadBackAndIdempotent() {
        URI uri = new TestNode().running("db1", vm("DATABASE", "")).writeTo(folder);
        VmId db1 = VmId.of("db1");
        try (LibvirtAdapter adapter = LibvirtAdapter.builder().host(H1, uri).build()) {
            assertThat(adapter.powerState(db1, call())).isEqualTo(PowerState.ON);
            adapter.powerOff(db1, Duration.ZERO, call());
            adapter.powerOff(db1, Duration.ZERO, call());
            assertThat(adapter.powerState(db1, call())).isEqualTo(PowerState.OFF);
            assertThat(adapter.discover(call()).toInventory().requireVm(db1).power())
                    .isEqualTo(PowerState.OFF);
            adapter.powerOn(db1, H1, call());
            adapter.powerOn(db1, H1, call());
            assertThat(adapter.discover(call()).toInventory().requireVm(db1).power())
                    .isEqualTo(PowerState.ON);
            adapter.powerOff(db1, Duration.ofSeconds(1), call());
            assertThat(adapter.powerState(db1, call())).isEqualTo(PowerState.OFF);
        }
    }

    @Test
    void theDefaultTestHostIsDiscoveredAndItsDomainPoweredOff() {
        try (LibvirtAdapter adapter = LibvirtAdapter.builder()
                .host(H1, URI.create("test:///default"))
                .classifyBy(VmClassifier.everyVmIs(VmType.MIDDLEWARE))
                .build()) {
            VmId test = VmId.of("test");
            adapter.powerOn(test, H1, call());
            assertThat(adapter.discover(call()).toInventory().requireVm(test).power())
                    .isEqualTo(PowerState.ON);
            adapter.powerOff(test, Duration.ZERO, call());
            assertThat(adapter.discover(call()).toInventory().requireVm(test).power())
                    .isEqualTo(PowerState.OFF);
            adapter.powerOn(test, H1, call());
        }
    }

    @Test
    void anUnknownMachineAndAnUnknownHostAreRefusedByName() {
        URI uri = new TestNode().running("db1", vm("DATABASE", "")).writeTo(folder);
        try (LibvirtAdapter adapter = LibvirtAdapter.builder().host(H1, uri).build()) {
            assertThatThrownBy(() -> adapter.powerState(VmId.of("nobody"), call()))
                    .asInstanceOf(type(AdapterException.Permanent.class))
                    .returns(Cause.UNKNOWN_SUBJECT, AdapterException::reason)
                    .matches(e -> e.getMessage().contains("nobody"));
            assertThatThrownBy(() -> adapter.powerOn(VmId.of("db1"), HostId.of("h9"), call()))
                    .asInstanceOf(type(AdapterException.Permanent.class))
                    .returns(Cause.UNKNOWN_SUBJECT, AdapterException::reason)
                    .matches(e -> e.getMessage().contains("h9"));
        }
    }

    @Test
    void aUriThatRefusesSaysWhichHostAndWhy() {
        assertThatThrownBy(() -> LibvirtAdapter.connect(URI.create("qemu+unix:///system?socket=/nonexistent/sock")))
                .asInstanceOf(type(AdapterException.Transient.class))
                .returns(Cause.UNREACHABLE, AdapterException::reason)
                .matches(e -> e.getMessage().contains("localhost"))
                .matches(e -> e.getMessage().contains("/nonexistent/sock"));
        assertThatThrownBy(() -> LibvirtAdapter.connect(URI.create("qemu+pigeon:///x")))
                .asInstanceOf(type(AdapterException.Permanent.class))
                .returns(Cause.REFUSED, AdapterException::reason)
                .matches(e -> e.getMessage().contains("cannot connect to qemu+pigeon:///x"));
        assertThatThrownBy(() -> LibvirtAdapter.connect(URI.create("relative/path")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("scheme");
        assertThatThrownBy(() -> LibvirtAdapter.connect(URI.create("qemu+ssh://root:secret@h1/system")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("secret");
    }

    @Test
    void aReadOnlyHostIsDiscoveredButNeverChanged() {
        LibvirtHost host = LibvirtHost.builder()
                .id(H1)
                .uri(new TestNode().running("db1", vm("DATABASE", "")).writeTo(folder))
                .readOnly(true)
                .build();
        try (LibvirtAdapter adapter = LibvirtAdapter.builder().host(host).build()) {
            assertThat(adapter.capabilities()).isEmpty();
            assertThat(adapter.discover(call())
                            .toInventory()
                            .requireVm(VmId.of("db1"))
                            .power())
                    .isEqualTo(PowerState.ON);
            assertThatThrownBy(() -> adapter.powerOff(VmId.of("db1"), Duration.ZERO, call()))
                    .isInstanceOf(AdapterException.Permanent.class);
            assertThat(adapter.powerState(VmId.of("db1"), call())).isEqualTo(PowerState.ON);
        }
    }

    @Test
    void anUnreachableHostIsInTheInventoryBesideThoseThatAnswer() {
        URI good = new TestNode().running("db1", vm("DATABASE", "")).writeTo(folder);
        try (LibvirtAdapter adapter = LibvirtAdapter.builder()
                .host(H1, good)
                .host(HostId.of("h2"), URI.create("qemu+unix:///system?socket=/nonexistent/sock"))
                .build()) {
            Inventory inventory = adapter.discover(call()).toInventory();
            assertThat(inventory.requireHost(H1).health()).isEqualTo(io.vmha.model.HostHealth.UP);
            assertThat(inventory.requireHost(HostId.of("h2")).health()).isEqualTo(io.vmha.model.HostHealth.UNREACHABLE);
        }
    }

    @Test
    void aClosedAdapterRefusesEveryCall() {
        URI uri = new TestNode().running("db1", vm("DATABASE", "")).writeTo(folder);
        LibvirtAdapter adapter = LibvirtAdapter.builder().host(H1, uri).build();
        adapter.discover(call());
        adapter.close();
        adapter.close();
        assertThatThrownBy(() -> adapter.discover(call())).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> adapter.powerState(VmId.of("db1"), call())).isInstanceOf(IllegalStateException.class);
    }

    private static CallContext call() {
        return CallContext.within(Duration.ofSeconds(10));
    }
}
