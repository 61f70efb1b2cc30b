package io.vmha.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.collect.ImmutableSortedSet;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.VmId;
import io.vmha.plan.PlanId;
import io.vmha.policy.Reason;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OutputTest {
    private static final VmId MW1 = VmId.of("mw1");
    private static final VmId MW2 = VmId.of("mw2");
    private static final Inventory INVENTORY = ScenarioFiles.read("").inventory();
    private static final FinalState END = new FinalState(
            INVENTORY,
            Map.of(MW1, MW2),
            Map.of(MW1, ImmutableSortedSet.of(HostId.of("h2"), HostId.of("h1"))),
            List.of(new FinalState.Unmet("mw1", "RESTORE", Reason.PLACE_UNCERTAIN, 12.5)),
            List.of(new FinalState.Held(new PlanId(3), Reason.AWAITING_APPROVAL)));

    @Test
    void whatIsUnmetAndHeldStandsAtTheEndOfTheJson() throws IOException {
        JsonNode end = json(result(END)).at("/final");

        assertThat(end.fieldNames()).toIterable().containsExactly("hosts", "vms", "unmet", "held");
        assertThat(end.at("/unmet").toString())
                .isEqualTo(
                        "[{\"subject\":\"mw1\",\"need\":\"RESTORE\",\"reason\":\"PLACE_UNCERTAIN\",\"since\":12.5}]");
        assertThat(end.at("/held").toString()).isEqualTo("[{\"plan\":3,\"reason\":\"AWAITING_APPROVAL\"}]");
    }

    @Test
    void aVmThatMayBeRunningOnSeveralHostsHasThemInPlaceOfOne() throws IOException {
        JsonNode vms = json(result(END)).at("/final/vms");

        assertThat(vms.get(0).toString())
                .isEqualTo("{\"id\":\"mw1\",\"possibleHosts\":[\"h1\",\"h2\"],\"power\":\"ON\",\"health\":\"HEALTHY\","
                        + "\"servedBy\":\"mw2\"}");
        assertThat(vms.get(1).toString())
                .isEqualTo("{\"id\":\"mw2\",\"host\":\"h2\",\"power\":\"ON\",\"health\":\"HEALTHY\"}");
    }

    @Test
    void whereNothingIsUnmetOrHeldTheListsAreEmpty() throws IOException {
        JsonNode end = json(result(new FinalState(INVENTORY, Map.of(), Map.of(), List.of(), List.of())))
                .at("/final");

        assertThat(end.at("/unmet").toString()).isEqualTo("[]");
        assertThat(end.at("/held").toString()).isEqualTo("[]");
    }

    @Test
    void aFailedOrSkippedActionSaysWhyAndADoneOneDoesNot() throws IOException {
        JsonNode actions = json(ScenarioRun.run(ScenarioFiles.read("""
                        events:
                          - {at: 0, actionFails: {action: POWER_OFF, vm: mw1, times: 1, error: UNREACHABLE}}
                          - {at: 0, vmFault: {vm: mw1, kind: IO_ERROR}}
                        """))).at("/actions");

        assertThat(actions.get(0).at("/result").asText()).isEqualTo("FAILED");
        assertThat(actions.get(0).at("/detail").asText()).contains("POWER_OFF of mw1");
        assertThat(actions)
                .allSatisfy(action -> assertThat(action.has("detail"))
                        .isEqualTo(!action.at("/result").asText().equals("DONE")));
    }

    @Test
    void theTextHasTheSameForPeople() {
        String text = TextFormat.print(List.of(result(END)));

        assertThat(text)
                .containsPattern("mw1 +MIDDLEWARE +ON +HEALTHY, served by mw2, may be running on any of \\[h1, h2\\]")
                .containsPattern("Unmet\n +12\\.5 s +mw1 +RESTORE +PLACE_UNCERTAIN\n")
                .containsPattern("Held\n +plan 3 +AWAITING_APPROVAL\n");
    }

    @Test
    void theTextHasNoEmptySections() {
        assertThat(TextFormat.print(
                        List.of(result(new FinalState(INVENTORY, Map.of(), Map.of(), List.of(), List.of())))))
                .doesNotContain("Unmet", "Held");
    }

    @Test
    void aNameCannotPlayTricksOnATerminal() {
        ScenarioResult result = new ScenarioResult("a\u001b[2J\nb", List.of(), List.of(), END, List.of());

        assertThat(TextFormat.print(List.of(result))).startsWith("a\\u001B[2J\\u000Ab\n");
    }

    private static ScenarioResult result(FinalState end) {
        return new ScenarioResult("n", List.of(), List.of(), end, List.of());
    }

    private static JsonNode json(ScenarioResult result) throws IOException {
        return new ObjectMapper().readTree(JsonFormat.print(List.of(result)));
    }
}
