package io.vmha.libvirt;

import com.google.common.base.Splitter;
import com.google.common.io.BaseEncoding;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Reads files of one guest: by the agent's file calls, or by having {@code cat} run where only commands are allowed. Which
 * of the two an agent allows is found out once and remembered by whoever holds {@link #means}. Confined to one probe.
 */
final class GuestFiles {
    private static final int READ_BYTES = 262_144;
    /** More than any mount table; a guest that sends more is not listened to. */
    private static final int MOST_BYTES = 4 * 1024 * 1024;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(10);
    private static final int MOST_PROCESSES = 6;

    /** How an agent has files read. */
    enum Means {
        /** It was not asked yet. */
        UNTRIED,
        /** By calls to open, read and close. */
        CALLS,
        /** By commands. */
        COMMANDS,
        /** Not at all. */
        NONE
    }

    /** Waits between two questions. */
    @FunctionalInterface
    interface Pause {
        void of(Duration length);
    }

    private final AgentSession session;
    private final Pause pause;
    private Means means;
    private int processes;

    GuestFiles(AgentSession session, Means means, Pause pause) {
        this.session = session;
        this.means = means;
        this.pause = pause;
    }

    /** What the agent allows, as far as it is known by now. */
    Means means() {
        return means;
    }

    /** How many processes were started in the guest. */
    int processes() {
        return processes;
    }

    /** A file's text; empty where it is not there or cannot be read. */
    Optional<String> read(String path) {
        return switch (means) {
            case CALLS -> byCalls(path);
            case COMMANDS -> byCommand(List.of(path));
            case NONE -> Optional.empty();
            case UNTRIED -> firstRead(path);
        };
    }

    private Optional<String> firstRead(String path) {
        Optional<String> byCalls = byCalls(path);
        if (byCalls.isPresent()) {
            means = Means.CALLS;
            return byCalls;
        }
        Optional<String> byCommand = byCommand(List.of(path));
        if (byCommand.isPresent()) {
            means = Means.COMMANDS;
        }
        return byCommand;
    }

    /** The texts of files of one line each, in their order; none where one of them cannot be told. */
    List<String> readAll(List<String> paths) {
        if (paths.isEmpty()) {
            return List.of();
        }
        if (means == Means.COMMANDS) {
            // One process for all: a file that is not there leaves its line out, so that the lines do not add up.
            List<String> lines = byCommand(paths)
                    .map(text -> Splitter.on('\n').omitEmptyStrings().splitToList(text))
                    .orElse(List.of());
            return lines.size() == paths.size() ? lines : List.of();
        }
        List<String> texts = new ArrayList<>();
        for (String path : paths) {
            texts.add(means == Means.CALLS ? byCalls(path).orElse("") : "");
        }
        return texts;
    }

    private Optional<String> byCalls(String path) {
        Optional<Long> opened = number(session.tryAsk(
                "{\"execute\":\"guest-file-open\",\"arguments\":{\"path\":\"" + path + "\",\"mode\":\"r\"}}"));
        if (opened.isEmpty()) {
            return Optional.empty();
        }
        String handle = "{\"handle\":" + opened.get();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        boolean whole = false;
        while (!whole && bytes.size() < MOST_BYTES) {
            Optional<Object> part = session.tryAsk("{\"execute\":\"guest-file-read\",\"arguments\":" + handle
                            + ",\"count\":" + READ_BYTES + "}}")
                    .map(answer -> Json.member(answer, "return"));
            if (part.isEmpty()) {
                break;
            }
            byte[] read = decoded(part.get(), "buf-b64");
            bytes.writeBytes(read);
            whole = read.length == 0 || Boolean.TRUE.equals(Json.member(part.get(), "eof"));
        }
        Optional<Object> closed = session.tryAsk("{\"execute\":\"guest-file-close\",\"arguments\":" + handle + "}}");
        // Half a table would say that filesystems have gone.
        return closed.isPresent() && whole ? Optional.of(text(bytes.toByteArray())) : Optional.empty();
    }

    private Optional<String> byCommand(List<String> paths) {
        if (processes >= MOST_PROCESSES) {
            return Optional.empty();
        }
        String arguments = paths.stream().map(path -> "\"" + path + "\"").collect(Collectors.joining(","));
        Optional<Long> process = number(
                session.tryAsk("{\"execute\":\"guest-exec\",\"arguments\":{\"path\":\"cat\",\"arg\":[" + arguments
                        + "],\"capture-output\":true}}"),
                "pid");
        if (process.isEmpty()) {
            return Optional.empty();
        }
        processes++;
        Duration wait = FIRST_PAUSE;
        while (!session.remaining().isZero()) {
            pause.of(wait);
            wait = wait.multipliedBy(2);
            Optional<Object> status = session.tryAsk(
                            "{\"execute\":\"guest-exec-status\",\"arguments\":{\"pid\":" + process.get() + "}}")
                    .map(answer -> Json.member(answer, "return"));
            if (status.isEmpty()) {
                return Optional.empty();
            }
            if (Boolean.TRUE.equals(Json.member(status.get(), "exited"))) {
                boolean whole = !Boolean.TRUE.equals(Json.member(status.get(), "out-truncated"));
                byte[] output = decoded(status.get(), "out-data");
                return whole && output.length > 0 ? Optional.of(text(output)) : Optional.empty();
            }
        }
        return Optional.empty();
    }

    /** Names in a mount table need not be UTF-8: what is not becomes a replacement character. */
    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static byte[] decoded(Object answer, String member) {
        if (!(Json.member(answer, member) instanceof String text)) {
            return new byte[0];
        }
        try {
            return BaseEncoding.base64().decode(text);
        } catch (IllegalArgumentException e) {
            // It is not base64: nothing that could be read.
            return new byte[0];
        }
    }

    private static Optional<Long> number(Optional<Object> answer, String... path) {
        Optional<Object> value = answer.map(found -> Json.member(found, "return"));
        for (String member : path) {
            value = value.map(found -> Json.member(found, member));
        }
        return value.filter(Number.class::isInstance).map(found -> ((Number) found).longValue());
    }
}
