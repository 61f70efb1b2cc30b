package io.vmha.lab;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vmha.center.event.HaEvent;
import io.vmha.center.event.HaListener;
import io.vmha.policy.SubjectDecision;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.OptionalLong;

/** Writes the center's events down, a line of JSON each, as they come. Thread-safe. */
final class EventLog implements HaListener, AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final BufferedWriter writer;

    EventLog(Path file) {
        try {
            writer = Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void onEvent(HaEvent event) {
        ObjectNode line = JSON.createObjectNode();
        line.put("at", event.at().toEpochMilli());
        line.put("event", event.getClass().getSimpleName());
        describe(event, line);
        write(line);
    }

    /** Writes down that a center leads now. */
    void leads(String name, OptionalLong epoch) {
        ObjectNode line = JSON.createObjectNode();
        line.put("at", System.currentTimeMillis());
        line.put("event", Recording.LEADS);
        line.put("text", name + " in epoch " + (epoch.isPresent() ? epoch.getAsLong() : "-"));
        write(line);
    }

    private synchronized void write(ObjectNode line) {
        try {
            writer.write(line.toString());
            writer.newLine();
            writer.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void describe(HaEvent event, ObjectNode line) {
        if (event instanceof HaEvent.ReportAccepted accepted) {
            line.put("subject", accepted.report().subject().toString());
            line.put(
                    "text",
                    accepted.report().kind() + " of " + accepted.report().subject());
        } else if (event instanceof HaEvent.Decided decided) {
            line.put("plan", decided.plan().id().toString());
            line.put("text", parts(decided.decision().parts()));
        } else if (event instanceof HaEvent.PlanResumed resumed) {
            line.put("plan", resumed.plan().id().toString());
            line.put("text", parts(resumed.decision().parts()));
        } else if (event instanceof HaEvent.ActionEnded ended) {
            line.put("plan", ended.action().plan().toString());
            line.put("started", ended.action().at().toEpochMilli());
            line.put("kind", ended.action().action().kind().name());
            line.put("result", ended.action().result().name());
            line.put("text", ended.action().action().toString());
            line.put("detail", ended.action().detail());
        } else if (event instanceof HaEvent.DecisionBlocked blocked) {
            line.put("plan", blocked.plan().toString());
            line.put("text", blocked.blocked().explain().sentence());
        } else if (event instanceof HaEvent.PlanEnded ended) {
            line.put("plan", ended.outcome().plan().id().toString());
        }
    }

    private static String parts(List<SubjectDecision> parts) {
        return String.join(
                "; ", parts.stream().map(part -> part.explain().sentence()).toList());
    }

    @Override
    public void close() {
        try {
            writer.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
