package io.vmha.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.model.HostId;
import io.vmha.model.VmId;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class PlanFormatsTest {
    private static final VmId TRICKY = VmId.of("db\"1\\<b>");
    private static final Plan PLAN = new Plan(
            new PlanId(7),
            List.of(
                    new Step(0, new Action.PowerOff(TRICKY, HostId.of("h1")), new TreeSet<>()),
                    new Step(1, new Action.Redirect(TRICKY, VmId.of("db2")), new TreeSet<>(List.of(0)))));

    @Test
    void jsonHasEveryStepWithWhatItWaitsForAndNamesEscaped() {
        assertThat(PLAN.toJson())
                .isEqualTo("{\"plan\":7,\"steps\":["
                        + "{\"step\":0,\"action\":\"POWER_OFF\",\"vm\":\"db\\\"1\\\\<b>\",\"host\":\"h1\","
                        + "\"what\":\"power off db\\\"1\\\\<b> on h1\",\"after\":[]},"
                        + "{\"step\":1,\"action\":\"REDIRECT\",\"vm\":\"db\\\"1\\\\<b>\","
                        + "\"what\":\"redirect requests of db\\\"1\\\\<b> to db2\",\"after\":[0]}]}");
    }

    @Test
    void graphvizHasANodeForEachStepAndAnArrowForEachWait() {
        assertThat(PLAN.toDot()).isEqualTo("""
                digraph plan7 {
                  rankdir=LR;
                  node [shape=box];
                  s0 [label="0. power off db\\"1\\\\<b> on h1"];
                  s1 [label="1. redirect requests of db\\"1\\\\<b> to db2"];
                  s0 -> s1;
                }
                """);
    }

    @Test
    void mermaidHasANodeForEachStepAndAnArrowForEachWait() {
        assertThat(PLAN.toMermaid()).isEqualTo("""
                flowchart LR
                  s0["0. power off db&quot;1\\&lt;b&gt; on h1"]
                  s1["1. redirect requests of db&quot;1\\&lt;b&gt; to db2"]
                  s0 --> s1
                """);
    }
}
