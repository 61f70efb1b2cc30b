package example;

import static io.vmha.policy.Reason.NO_SAME_TYPE_HEALTHY;
import static io.vmha.policy.Reason.SAME_TYPE_PRIMARY;
import static io.vmha.testkit.HaAssertions.assertThat;

import io.vmha.policy.FailoverPolicy;
import io.vmha.policy.HaPolicies;
import io.vmha.testkit.Datacenter;
import org.junit.jupiter.api.Test;

class OwnPolicyTest {
    /** Ours: the standby is never touched. */
    private final FailoverPolicy policy = (inventory, report) -> HaPolicies.withDefaults().failover()
            .decide(inventory.without(io.vmha.model.VmId.of("mw5")).without(io.vmha.model.VmId.of("mw6")), report);

    @Test
    void requestsStayInThePrimaryCluster() {
        var decision = policy.decide(Datacenter.threeHosts().inventory(), Datacenter.readOnly("mw1"));
        assertThat(decision).redirects("mw1").to("mw3").because(SAME_TYPE_PRIMARY);
    }

    @Test
    void withoutThePrimaryNobodyServes() {
        var inventory = Datacenter.threeHosts().and("mw2").failed().and("mw3").failed().and("mw4").failed().inventory();
        assertThat(policy.decide(inventory, Datacenter.readOnly("mw1")))
                .findsNoTargetFor("mw1")
                .because(NO_SAME_TYPE_HEALTHY);
    }
}
