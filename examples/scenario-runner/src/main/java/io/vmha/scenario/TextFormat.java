package io.vmha.scenario;

import io.vmha.center.event.ActionRecord;
import io.vmha.model.Host;
import io.vmha.model.VirtualMachine;
import java.util.Comparator;
import java.util.Formatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Results for a person to read. Stateless. */
final class TextFormat {
    private TextFormat() {}

    static String print(List<ScenarioResult> results) {
        StringBuilder text = new StringBuilder();
        for (ScenarioResult result : results) {
            if (!text.isEmpty()) {
                text.append('\n');
            }
            print(result, text);
        }
        return text.toString();
    }

    private static void print(ScenarioResult result, StringBuilder text) {
        Formatter out = new Formatter(text, Locale.ROOT);
        out.format("%s%n%nDecisions%n", OneLine.of(result.name()));
        for (DecisionRow row : result.decisions()) {
            out.format(
                    "  %8.1f s  %-20s %-11s %-21s %s%n",
                    row.atSeconds(),
                    row.subject() + row.target().map(target -> " -> " + target).orElse(""),
                    row.outcome(),
                    row.reason(),
                    OneLine.of(row.explanation()));
        }
        out.format("%nActions%n");
        for (ActionRecord record : result.actions()) {
            out.format(
                    "  %8.1f s  plan %-3s %-45s %s%s%n",
                    ScenarioRun.seconds(record.at()),
                    record.plan(),
                    record.action(),
                    record.result(),
                    record.detail().isEmpty() ? "" : ": " + OneLine.of(record.detail()));
        }
        out.format("%nAt the end%n");
        result.end().hosts().stream().sorted(Comparator.comparing(Host::id)).forEach(host -> host(result, host, out));
        if (!result.state().unmet().isEmpty()) {
            out.format("%nUnmet%n");
            result.state()
                    .unmet()
                    .forEach(unmet -> out.format(
                            "  %8.1f s  %-20s %-11s %s%n",
                            unmet.sinceSeconds(), unmet.subject(), unmet.need(), unmet.reason()));
        }
        if (!result.state().held().isEmpty()) {
            out.format("%nHeld%n");
            result.state().held().forEach(held -> out.format("  plan %-3s %s%n", held.plan(), held.reason()));
        }
    }

    private static void host(ScenarioResult result, Host host, Formatter out) {
        out.format(
                "  %s  %s %s, %s free%n",
                host.id(), host.role(), host.health(), result.end().freeOn(host.id()));
        for (VirtualMachine vm : result.end().vmsOn(host.id())) {
            String server = Optional.ofNullable(result.servedBy().get(vm.id()))
                    .map(other -> ", served by " + other)
                    .orElse("");
            String places = Optional.ofNullable(result.state().possibleHosts().get(vm.id()))
                    .map(hosts -> ", may be running on any of " + hosts)
                    .orElse("");
            out.format("    %-12s %-12s %-9s %s%s%s%n", vm.id(), vm.type(), vm.power(), vm.health(), server, places);
        }
    }
}
