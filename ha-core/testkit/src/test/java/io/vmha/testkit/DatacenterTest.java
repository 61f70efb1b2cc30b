package io.vmha.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.vmha.Fixtures;
import io.vmha.model.ClusterRole;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.TopologyRules;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import org.junit.jupiter.api.Test;

class DatacenterTest {
    @Test
    void threeHostsAreTheReferenceEmbodiment() {
        assertThat(Datacenter.threeHosts().inventory()).isEqualTo(Fixtures.referenceEmbodiment());
        assertThat(TopologyRules.check(Datacenter.threeHosts().inventory())).isEmpty();
    }

    @Test
    void aLineIsAboutTheVmThatWasNamedLast() {
        var inventory = Datacenter.empty()
                .host("h1", ClusterRole.PRIMARY)
                .host("h1", HostHealth.DEGRADED)
                .vm("a", VmType.MIDDLEWARE, "h1")
                .load(0.7)
                .memoryMiB(1_024)
                .vm("b", VmType.DATABASE, "h1")
                .off()
                .template("golden")
                .and("a")
                .failed()
                .inventory();

        assertThat(inventory.requireHost(HostId.of("h1")).health()).isEqualTo(HostHealth.DEGRADED);
        assertThat(inventory.requireVm(VmId.of("a")))
                .returns(0.7, vm -> vm.load())
                .returns(Resources.of(2_000, 1_024), vm -> vm.allocation())
                .returns(VmHealth.FAILED, vm -> vm.health());
        assertThat(inventory.requireVm(VmId.of("b")).power()).isEqualTo(PowerState.OFF);
        assertThat(inventory.requireVm(VmId.of("b")).template()).hasToString("Optional[golden]");
    }

    @Test
    void whatCannotBeIsRefusedByName() {
        Datacenter one = Datacenter.empty().host("h1", ClusterRole.PRIMARY);

        assertThatIllegalStateException().isThrownBy(() -> one.load(0.1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> one.host("h1", ClusterRole.STANDBY))
                .withMessageContaining("h1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> one.host("h2", HostHealth.UP))
                .withMessageContaining("h2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> one.vm("a", VmType.DATABASE, "h2"))
                .withMessageContaining("h2");
        one.vm("a", VmType.DATABASE, "h1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> one.vm("a", VmType.DATABASE, "h1"))
                .withMessageContaining("a");
        assertThatIllegalArgumentException().isThrownBy(() -> one.and("b")).withMessageContaining("b");
        assertThatIllegalArgumentException().isThrownBy(() -> one.without("b")).withMessageContaining("b");
        assertThat(one.without("a").inventory().vms()).isEmpty();
    }
}
