package io.vmha.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.Fixtures;
import org.junit.jupiter.api.Test;

class TopologyRulesTest {

    @Test
    void theReferenceEmbodimentKeepsEveryRule() {
        assertThat(TopologyRules.check(Fixtures.referenceEmbodiment())).isEmpty();
    }

    @Test
    void everyBrokenRuleIsNamedNotTheFirstAlone() {
        Inventory inventory = Inventory.builder()
                .add(Fixtures.host("h1", ClusterRole.PRIMARY).build())
                .add(Fixtures.host("h2", ClusterRole.PRIMARY)
                        .cpuPlatform(CpuPlatform.parse("other"))
                        .build())
                .add(Fixtures.database("db1", "h1")
                        .allocation(Resources.of(20_000, 1_024))
                        .build())
                .build();

        assertThat(TopologyRules.check(inventory))
                .extracting(violation -> violation.rule() + " " + violation.message())
                .containsExactly(
                        "1 at least 3 hosts are needed, found 2",
                        "1 at least 1 STANDBY hosts are needed, found 0",
                        "1 all hosts need the same, known CPU platform and microcode: [other, xeon-5500/0x11]",
                        "2 host h1 has 16000m CPU, 65536 MiB, but its VMs are allocated 20000m CPU, 1024 MiB",
                        "2 host h2 has no VM",
                        "3 at least 2 DATABASE VMs on PRIMARY hosts are needed, found 1",
                        "3 at least 1 DATABASE VMs on STANDBY hosts are needed, found 0",
                        "3 at least 2 MIDDLEWARE VMs on PRIMARY hosts are needed, found 0",
                        "3 at least 1 MIDDLEWARE VMs on STANDBY hosts are needed, found 0");
    }
}
