package io.vmha.lab;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which database took which writes, by both databases' own logs. */
final class DatabaseLogs {
    private static final Pattern INSERT = Pattern.compile(
            "^(\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3}) UTC \\[(\\d+)] LOG: .*insert into requests.*");
    /** What a session tried to write is logged before it is refused by a replica. */
    private static final Pattern REFUSED =
            Pattern.compile("^.* UTC \\[(\\d+)] ERROR: .*cannot execute INSERT in a read-only transaction.*");

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS");

    private DatabaseLogs() {}

    /**
     * A stretch of time in which one database took all writes.
     *
     * @param database which
     * @param from the first write, in milliseconds since 1970
     * @param to the last one
     * @param writes how many
     */
    record Reign(String database, long from, long to, long writes) {}

    private record Write(long at, String database) {}

    /** The stretches, in their order: were two databases written to at the same time, there would be many short ones. */
    static ImmutableList<Reign> read(DatabaseTier databases) {
        try {
            return of(
                    Files.readAllLines(databases.log(DatabaseTier.PRIMARY)),
                    Files.readAllLines(databases.log(DatabaseTier.STANDBY)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Write> writes(String database, List<String> lines) {
        List<Write> writes = new ArrayList<>();
        Map<String, Write> latest = new HashMap<>();
        for (String line : lines) {
            Matcher insert = INSERT.matcher(line);
            Matcher refused = REFUSED.matcher(line);
            if (insert.matches()) {
                long at = LocalDateTime.parse(insert.group(1), TIME)
                        .toInstant(ZoneOffset.UTC)
                        .toEpochMilli();
                Write write = new Write(at, database);
                writes.add(write);
                latest.put(insert.group(2), write);
            } else if (refused.matches()) {
                Optional.ofNullable(latest.remove(refused.group(1))).ifPresent(writes::remove);
            }
        }
        return writes;
    }

    /** The same from the lines of the logs of the primary's and of the standby's database. */
    static ImmutableList<Reign> of(List<String> primary, List<String> standby) {
        List<Write> writes = new ArrayList<>(writes(DatabaseTier.PRIMARY, primary));
        writes.addAll(writes(DatabaseTier.STANDBY, standby));
        return reigns(writes);
    }

    private static ImmutableList<Reign> reigns(List<Write> writes) {
        writes.sort(Comparator.comparingLong(Write::at));
        List<Reign> reigns = new ArrayList<>();
        for (Write write : writes) {
            Reign last = reigns.isEmpty() ? null : reigns.get(reigns.size() - 1);
            if (last != null && last.database().equals(write.database())) {
                reigns.set(reigns.size() - 1, new Reign(last.database(), last.from(), write.at(), last.writes() + 1));
            } else {
                reigns.add(new Reign(write.database(), write.at(), write.at(), 1));
            }
        }
        return ImmutableList.copyOf(reigns);
    }
}
