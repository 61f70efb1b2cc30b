package io.vmha.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vmha.Fixtures;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.center.ManagementCenter;
import io.vmha.model.ClusterRole;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.TemplateId;
import io.vmha.model.VmId;
import io.vmha.policy.HaPolicies;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class CompositeAdapterTest {
    private static final VmId A1 = VmId.of("a1");
    private static final VmId B1 = VmId.of("b1");
    private static final HostId HA2 = HostId.of("ha2");
    private static final HostId HB1 = HostId.of("hb1");
    private static final TemplateId TEMPLATE = TemplateId.of("mw-template");

    private final SimulatedDatacenter a = platform("ha1", "ha2", "a1");
    private final SimulatedDatacenter b = platform("hb1", "hb2", "b1");
    private final CompositeAdapter both = CompositeAdapter.of(List.of(a.hypervisor(), b.hypervisor()));

    private static SimulatedDatacenter platform(String host, String other, String vm) {
        return new SimulatedDatacenter(Inventory.builder()
                .add(Fixtures.host(host, ClusterRole.PRIMARY).build())
                .add(Fixtures.host(other, ClusterRole.PRIMARY).build())
                .add(Fixtures.middleware(vm, host).build())
                .build());
    }

    @Test
    void allHostsAndVmsAreOneInventoryAndEachCallGoesWhereItsVmIs() {
        Inventory seen = both.discover(call()).toInventory();
        both.powerOff(B1, Duration.ZERO, call());
        both.migrate(A1, HA2, call());

        assertThat(seen.hosts()).hasSize(4);
        assertThat(seen.vms()).hasSize(2);
        assertThat(b.actual().requireVm(B1).power()).isEqualTo(PowerState.OFF);
        assertThat(a.actual().requireVm(A1).host()).isEqualTo(HA2);
        assertThat(both.capabilities(HB1)).isEqualTo(b.hypervisor().capabilities());
        assertThat(both.capabilities(HostId.of("unseen"))).isEmpty();
    }

    @Test
    void aVmStaysOnItsPlatform() {
        both.powerOff(A1, Duration.ZERO, call());

        for (Runnable call : List.<Runnable>of(
                () -> both.powerOn(A1, HB1, call()),
                () -> both.migrate(A1, HB1, call()),
                () -> both.cloneFromTemplate(TEMPLATE, A1, HB1, call()))) {
            assertThatExceptionOfType(AdapterException.Permanent.class)
                    .isThrownBy(call::run)
                    .returns(Cause.UNSUPPORTED, AdapterException::reason)
                    .withMessageContaining("a1");
        }
        assertThat(b.actual().vm(A1)).isEmpty();
    }

    @Test
    void aPlatformThatDoesNotAnswerShowsAsUnreachableHostsAndTheOtherAsItIs() {
        HypervisorAdapter lost = b.hypervisor();
        CompositeAdapter adapter = CompositeAdapter.of(List.of(a.hypervisor(), lost));
        adapter.discover(call());
        lost.close();

        Inventory seen = adapter.discover(call()).toInventory();
        assertThat(seen.requireHost(HB1).health()).isEqualTo(HostHealth.UNREACHABLE);
        assertThat(seen.requireHost(HA2).health()).isEqualTo(HostHealth.UP);
        assertThat(seen.vm(B1)).isPresent();
        assertThat(adapter.discover(call()).answered()).doesNotContain(HB1).contains(HA2);
    }

    @Test
    void aVmWithOneNameOnTwoPlatformsShowsOnBothAndAHostIsRefused() {
        CompositeAdapter twice = CompositeAdapter.of(
                List.of(a.hypervisor(), platform("hc1", "hc2", "a1").hypervisor()));
        assertThat(twice.discover(call()).vms()).hasSize(2);

        CompositeAdapter same = CompositeAdapter.of(
                List.of(a.hypervisor(), platform("ha1", "hd", "d1").hypervisor()));
        assertThatExceptionOfType(AdapterException.Permanent.class)
                .isThrownBy(() -> same.powerState(VmId.of("nobody"), call()))
                .withMessageContaining("ha1");
    }

    @Test
    void whatCannotBeIsRefused() {
        HypervisorAdapter one = a.hypervisor();
        assertThatIllegalArgumentException().isThrownBy(() -> CompositeAdapter.of(List.of()));
        assertThatIllegalArgumentException().isThrownBy(() -> CompositeAdapter.of(List.of(one, one)));
    }

    /** b1's host is lost; a1's platform has all the room there is, and none of it is for b1. */
    @Test
    void aCenterRestartsAVmOnItsOwnPlatformOnly() {
        VirtualTime time = new VirtualTime();
        a.change(actual -> actual.without(A1));
        ManagementCenter center = ManagementCenter.builder()
                .adapter(both)
                .trafficDirector(b.trafficDirector())
                .fencingDevice(b.fencingDevice())
                .inventory(both.discover(call()))
                .policies(
                        HaPolicies.builder().placementRule(both.onItsPlatform()).build())
                .scheduler(time)
                .build();
        b.inject(Fixtures.hostDown("hb1"));
        center.submit(Fixtures.hostDown("hb1"));
        time.runToEnd();

        assertThat(b.actual().requireVm(B1).host()).isEqualTo(HostId.of("hb2"));
        assertThat(a.actual().vms()).isEmpty();
    }

    private static CallContext call() {
        return CallContext.within(Duration.ofSeconds(10));
    }
}
