package io.vmha.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.base.Splitter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a run wrote down.
 *
 * @param marks the faults, in their order
 * @param requests every request, in the order of their answers
 * @param events what the center did, in its order
 */
record Recording(List<Mark> marks, List<Request> requests, List<Event> events) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int OK = 200;
    /** The type of the event that says who leads from then on. */
    static final String LEADS = "Leads";

    Recording {
        marks = List.copyOf(marks);
        requests = List.copyOf(requests);
        events = List.copyOf(events);
    }

    /**
     * A request and its answer.
     *
     * @param id its number, which is its row's too
     * @param at when it was sent, in milliseconds since 1970
     * @param milliseconds how long its answer took
     * @param owner the guest that its session began on
     * @param server the guest that answered; {@code -} where none did
     * @param status HTTP's; 0 where there was no answer
     */
    record Request(long id, long at, long milliseconds, String owner, String server, int status) {
        static Request parse(String line) {
            List<String> columns = Splitter.on(' ').splitToList(line);
            return new Request(
                    Long.parseLong(columns.get(0)),
                    Long.parseLong(columns.get(1)),
                    Long.parseLong(columns.get(2)),
                    columns.get(3),
                    columns.get(4),
                    Integer.parseInt(columns.get(5)));
        }

        boolean isOk() {
            return status == OK;
        }

        long answeredAt() {
            return at + milliseconds;
        }
    }

    /**
     * Something that the center did.
     *
     * @param at when, in milliseconds since 1970
     * @param started when it began, for an action; else as {@code at}
     * @param type the event's type
     * @param plan the plan's number; empty where it has none
     * @param kind the action's kind; empty for anything else
     * @param result how the action ended; empty for anything else
     * @param text what it was, for a person
     */
    record Event(long at, long started, String type, Optional<String> plan, String kind, String result, String text) {
        static Event parse(String line) {
            try {
                JsonNode node = JSON.readTree(line);
                long at = node.get("at").asLong();
                return new Event(
                        at,
                        node.path("started").asLong(at),
                        node.get("event").asText(),
                        Optional.ofNullable(node.get("plan")).map(JsonNode::asText),
                        node.path("kind").asText(""),
                        node.path("result").asText(""),
                        node.path("text").asText(""));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        boolean isDone(String... kinds) {
            return type.equals("ActionEnded")
                    && result.equals("DONE")
                    && List.of(kinds).contains(kind);
        }
    }

    /** Reads what is there; a last line that a killed process did not finish is left out. */
    static Recording read(LabSite site) {
        try {
            List<Mark> marks = new ArrayList<>();
            for (String line : lines(site.file("marks.jsonl"))) {
                marks.add(JSON.readValue(line, Mark.class));
            }
            return new Recording(
                    marks,
                    lines(site.file("requests.txt")).stream()
                            .map(Request::parse)
                            .toList(),
                    events(site));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Event> events(LabSite site) {
        return lines(site.file("events.jsonl")).stream()
                .filter(line -> line.endsWith("}"))
                .map(Event::parse)
                .toList();
    }

    private static List<String> lines(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
