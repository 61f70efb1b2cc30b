package io.vmha.scenario;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vmha.center.event.ActionRecord;
import io.vmha.center.event.ActionResult;
import io.vmha.plan.Action;
import java.util.List;

/** Results as JSON: one document for one scenario, an array for several. Stateless. */
final class JsonFormat {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private JsonFormat() {}

    static String print(List<ScenarioResult> results) {
        try {
            var writer = MAPPER.writerWithDefaultPrettyPrinter();
            if (results.size() == 1) {
                return writer.writeValueAsString(document(results.get(0)));
            }
            ArrayNode array = MAPPER.createArrayNode();
            results.forEach(result -> array.add(document(result)));
            return writer.writeValueAsString(array);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a tree of plain values could not be written", impossible);
        }
    }

    private static ObjectNode document(ScenarioResult result) {
        ObjectNode document = MAPPER.createObjectNode().put("name", result.name());
        ArrayNode decisions = document.putArray("decisions");
        result.decisions().forEach(row -> decisions.add(decision(row)));
        ArrayNode actions = document.putArray("actions");
        result.actions().forEach(record -> actions.add(action(record)));
        FinalRows end = FinalRows.of(result.state());
        document.putObject("final")
                .putPOJO("hosts", end.hosts())
                .putPOJO("vms", end.vms())
                .putPOJO("unmet", end.unmet())
                .putPOJO("held", end.held());
        return document;
    }

    private static ObjectNode decision(DecisionRow row) {
        ObjectNode node = MAPPER.createObjectNode();
        node.put("at", row.atSeconds());
        row.columns().forEach((column, value) -> {
            if (!column.equals("at")) {
                node.put(column, value);
            }
        });
        return node;
    }

    private static ObjectNode action(ActionRecord record) {
        ObjectNode node = MAPPER.createObjectNode();
        node.put("at", ScenarioRun.seconds(record.at()));
        node.put("plan", record.plan().value());
        node.put("action", record.action().kind().name());
        record.action().vm().ifPresent(vm -> node.put("vm", vm.value()));
        record.action().host().ifPresent(host -> node.put("host", host.value()));
        if (record.action() instanceof Action.Redirect redirect) {
            node.put("target", redirect.server().value());
        }
        node.put("result", record.result().name());
        node.put("attempt", record.attempt());
        if (record.result() != ActionResult.DONE) {
            node.put("detail", record.detail());
        }
        return node;
    }
}
