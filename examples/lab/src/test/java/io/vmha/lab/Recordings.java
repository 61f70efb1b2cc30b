package io.vmha.lab;

import io.vmha.lab.Recording.Event;
import io.vmha.lab.Recording.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A made-up run: the filesystem of mw11 flips one second in, and its users fail for 900 ms. */
final class Recordings {
    static final long START = 1_000_000;
    static final long FAULT = START + 1_000;

    private Recordings() {}

    static Recording flipped() {
        List<Request> requests = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            long at = START + 100L * i;
            boolean fails = at >= FAULT + 100 && at < FAULT + 1_000;
            requests.add(new Request(2 * i, at, 20, "mw11", fails ? "-" : i < 10 ? "mw11" : "mw21", fails ? 503 : 200));
            requests.add(new Request(2 * i + 1, at, i == 7 ? 1_500 : 20, "db11", "db11", 200));
        }
        return new Recording(
                List.of(
                        new Mark("-", START, "steady load", List.of()),
                        new Mark("a", FAULT, "the filesystem of mw11 flips", List.of("mw11")),
                        new Mark("-", START + 4_000, "the end", List.of())),
                requests,
                List.of(
                        event(FAULT + 400, "ReportAccepted", "", "", Optional.empty()),
                        event(FAULT + 410, "Decided", "", "", Optional.of("1")),
                        event(FAULT + 430, "ActionEnded", "REDIRECT", "DONE", Optional.of("1")),
                        event(FAULT + 600, "ActionEnded", "POWER_OFF", "DONE", Optional.of("1")),
                        event(FAULT + 900, "ActionEnded", "REDIRECT", "DONE", Optional.of("2"))));
    }

    private static Event event(long at, String type, String kind, String result, Optional<String> plan) {
        return new Event(at, at - 20, type, plan, kind, result, kind.isEmpty() ? type : kind + " </script> of mw11");
    }
}
