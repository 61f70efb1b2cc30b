package io.vmha.monitor.report;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which connections are open, and which one goes where there is no room for another. Not thread-safe.
 *
 * <p>A connection is unfinished from its beginning, or from that of its next request, until the request has come whole; answering
 * until its answer has gone; idle until the next request. It is proven once it carried a genuine message. Where there is no
 * room, the unproven connection goes that is unfinished for longest: of the same source, if that has as many as it may, else
 * of the source that has most. A proven connection goes only for want of unproven ones, so that whoever has no key cannot
 * close one of another source. None goes while it is answered, which takes a bounded time.
 *
 * @param <C> what a connection is
 */
final class ConnectionTable<C> {
    private final ConnectionLimits limits;
    private final Map<C, Entry<C>> entries = new HashMap<>();
    private final Map<String, Source<C>> sources = new HashMap<>();
    /** In the order of their beginnings. */
    private final Set<Entry<C>> unfinished = new LinkedHashSet<>();
    /** In the order of their last answers. */
    private final Set<Entry<C>> idle = new LinkedHashSet<>();

    ConnectionTable(ConnectionLimits limits) {
        this.limits = limits;
    }

    private static final class Entry<C> {
        private final C connection;
        private final Source<C> source;
        private boolean isProven;
        private long since;

        Entry(C connection, Source<C> source) {
            this.connection = connection;
            this.source = source;
        }
    }

    private static final class Source<C> {
        private final String name;
        private int all;
        private final Set<Entry<C>> unproven = new LinkedHashSet<>();
        private final Set<Entry<C>> proven = new LinkedHashSet<>();

        Source(String name) {
            this.name = name;
        }

        Optional<C> oldest() {
            Iterator<Entry<C>> first = unproven.isEmpty() ? proven.iterator() : unproven.iterator();
            return first.hasNext() ? Optional.of(first.next().connection) : Optional.empty();
        }
    }

    int size() {
        return entries.size();
    }

    Set<C> all() {
        return Set.copyOf(entries.keySet());
    }

    /** Whether one more of that source can be let in at once; else {@link #victim} has to go first. */
    boolean hasRoom(String source) {
        Source<C> of = sources.get(source);
        return entries.size() < limits.total() && (of == null || of.all < limits.perSource());
    }

    /** Which connection has to go for one more of that source; empty if none can. */
    Optional<C> victim(String source) {
        Source<C> of = sources.get(source);
        return of != null && of.all >= limits.perSource() ? of.oldest() : victim();
    }

    /** Which connection has to go for one more of any source; empty if none can. */
    Optional<C> victim() {
        Comparator<Source<C>> byNumber = Comparator.comparingInt(source -> source.all);
        return sources.values().stream()
                .filter(source -> !source.unproven.isEmpty())
                .max(byNumber)
                .or(() -> sources.values().stream()
                        .filter(source -> !source.proven.isEmpty())
                        .max(byNumber))
                .flatMap(Source::oldest);
    }

    /** Lets a connection in, of which no request has come yet. */
    void add(C connection, String sourceName, long now) {
        Source<C> source = sources.computeIfAbsent(sourceName, Source::new);
        Entry<C> entry = new Entry<>(connection, source);
        entries.put(connection, entry);
        source.all++;
        begin(entry, now);
    }

    /** A request has begun to come, or an answer is still to be read by its sender. */
    void unfinished(C connection, long now) {
        begin(takeOut(connection), now);
    }

    private void begin(Entry<C> entry, long now) {
        entry.since = now;
        unfinished.add(entry);
        (entry.isProven ? entry.source.proven : entry.source.unproven).add(entry);
    }

    /** A request has come whole. */
    void answering(C connection) {
        takeOut(connection);
    }

    /** It carried a genuine message. */
    void prove(C connection) {
        require(connection).isProven = true;
    }

    /** Whether it carried a genuine message. */
    boolean isProven(C connection) {
        return require(connection).isProven;
    }

    /** An answer has gone, and another request may come. */
    void idle(C connection, long now) {
        Entry<C> entry = takeOut(connection);
        entry.since = now;
        idle.add(entry);
        (entry.isProven ? entry.source.proven : entry.source.unproven).add(entry);
    }

    void remove(C connection) {
        if (entries.containsKey(connection)) {
            Source<C> source = takeOut(connection).source;
            entries.remove(connection);
            if (--source.all == 0) {
                sources.remove(source.name);
            }
        }
    }

    /** A connection that is unfinished or idle for longer than it may be. */
    Optional<C> expired(long now) {
        return first(unfinished, now - limits.requestDeadline().toNanos())
                .or(() -> first(idle, now - limits.idle().toNanos()));
    }

    private static <C> Optional<C> first(Set<Entry<C>> ordered, long latest) {
        Iterator<Entry<C>> all = ordered.iterator();
        if (all.hasNext()) {
            Entry<C> oldest = all.next();
            return oldest.since - latest <= 0 ? Optional.of(oldest.connection) : Optional.empty();
        }
        return Optional.empty();
    }

    private Entry<C> takeOut(C connection) {
        Entry<C> entry = require(connection);
        unfinished.remove(entry);
        idle.remove(entry);
        entry.source.unproven.remove(entry);
        entry.source.proven.remove(entry);
        return entry;
    }

    private Entry<C> require(C connection) {
        Entry<C> entry = entries.get(connection);
        if (entry == null) {
            throw new IllegalStateException("not open: " + connection);
        }
        return entry;
    }
}
