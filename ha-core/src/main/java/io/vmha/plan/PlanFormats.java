package io.vmha.plan;

import com.google.common.escape.Escaper;
import com.google.common.escape.Escapers;
import com.google.common.html.HtmlEscapers;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Plans in the languages of drawing tools and programs. Names are escaped, never pasted. */
final class PlanFormats {
    /** Ids have no control characters, so that these are all that JSON and Graphviz strings need. */
    private static final Escaper QUOTED =
            Escapers.builder().addEscape('"', "\\\"").addEscape('\\', "\\\\").build();

    private PlanFormats() {}

    static String dot(Plan plan) {
        StringBuilder text = new StringBuilder("digraph plan" + plan.id() + " {\n  rankdir=LR;\n  node [shape=box];\n");
        for (Step step : plan.steps()) {
            text.append("  s" + step.number() + " [label=" + quoted(label(step)) + "];\n");
        }
        for (Step step : plan.steps()) {
            step.after().forEach(earlier -> text.append("  s" + earlier + " -> s" + step.number() + ";\n"));
        }
        return text.append("}\n").toString();
    }

    static String mermaid(Plan plan) {
        StringBuilder text = new StringBuilder("flowchart LR\n");
        for (Step step : plan.steps()) {
            String label = HtmlEscapers.htmlEscaper().escape(label(step));
            text.append("  s" + step.number() + "[\"" + label + "\"]\n");
        }
        for (Step step : plan.steps()) {
            step.after().forEach(earlier -> text.append("  s" + earlier + " --> s" + step.number() + "\n"));
        }
        return text.toString();
    }

    static String json(Plan plan) {
        return plan.steps().stream()
                .map(PlanFormats::json)
                .collect(Collectors.joining(",", "{\"plan\":" + plan.id() + ",\"steps\":[", "]}"));
    }

    private static String json(Step step) {
        List<String> fields = new ArrayList<>();
        fields.add("\"step\":" + step.number());
        fields.add("\"action\":" + quoted(step.action().kind().name()));
        step.action().vm().ifPresent(vm -> fields.add("\"vm\":" + quoted(vm.value())));
        step.action().host().ifPresent(host -> fields.add("\"host\":" + quoted(host.value())));
        fields.add("\"what\":" + quoted(step.action().toString()));
        fields.add(
                "\"after\":" + step.after().stream().map(String::valueOf).collect(Collectors.joining(",", "[", "]")));
        return "{" + String.join(",", fields) + "}";
    }

    private static String label(Step step) {
        return step.number() + ". " + step.action();
    }

    private static String quoted(String text) {
        return '"' + QUOTED.escape(text) + '"';
    }
}
