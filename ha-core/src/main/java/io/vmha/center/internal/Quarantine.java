package io.vmha.center.internal;

import com.google.common.collect.ImmutableList;
import io.vmha.center.config.HostQuarantine;
import io.vmha.center.event.HaEvent;
import io.vmha.center.event.QuarantinedHost;
import io.vmha.center.journal.JournalEntry;
import io.vmha.center.schedule.CenterScheduler;
import io.vmha.model.HostId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The hosts that were lost and came back too often of late, from when they came back. Of each host no more is kept than counts.
 * Confined to the center's loop.
 */
final class Quarantine {
    private final CenterLoop center;
    private final CenterScheduler scheduler;
    private final Optional<HostQuarantine> rule;
    private final Map<HostId, List<Instant>> returns = new HashMap<>();
    private final Map<HostId, Instant> until = new TreeMap<>();

    Quarantine(CenterLoop center, CenterScheduler scheduler, Optional<HostQuarantine> rule) {
        this.center = center;
        this.scheduler = scheduler;
        this.rule = rule;
    }

    /** Goes on with what an earlier center counted. */
    void resume(List<JournalEntry.HostReturned> before) {
        if (rule.isPresent()) {
            before.forEach(host -> returns.put(host.host(), host.at()));
            before.forEach(host -> judge(host.host()));
        }
    }

    /** A host that was lost came back. */
    void flapped(HostId host) {
        if (rule.isEmpty()) {
            return;
        }
        List<Instant> more = ImmutableList.<Instant>builder()
                .addAll(returns.getOrDefault(host, List.of()))
                .add(center.now())
                .build();
        keep(host, more.subList(Math.max(0, more.size() - rule.get().count()), more.size()));
        judge(host);
    }

    /** An operator trusts it again: what was before does not count. */
    void release(HostId host) {
        if (returns.containsKey(host)) {
            keep(host, List.of());
        }
        judge(host);
    }

    /** The hosts in quarantine, by id. */
    List<QuarantinedHost> list() {
        return until.entrySet().stream()
                .map(entry -> new QuarantinedHost(
                        entry.getKey(), returns.getOrDefault(entry.getKey(), List.of()), entry.getValue()))
                .toList();
    }

    private void keep(HostId host, List<Instant> at) {
        if (at.isEmpty()) {
            returns.remove(host);
        } else {
            returns.put(host, List.copyOf(at));
        }
        center.journal(List.of(new JournalEntry.HostReturned(host, at)), () -> {});
    }

    /** The earliest of the returns that counts ends the quarantine when it does not count any more. */
    private void judge(HostId host) {
        List<Instant> at = returns.getOrDefault(host, List.of());
        Optional<Instant> end = rule.filter(found -> at.size() >= found.count())
                .map(found -> at.get(0).plus(found.window()))
                .filter(moment -> moment.isAfter(center.now()));
        boolean was = until.containsKey(host);
        end.ifPresentOrElse(moment -> until.put(host, moment), () -> until.remove(host));
        center.state().health().quarantined(host, end.isPresent());
        if (was != end.isPresent()) {
            center.publish(new HaEvent.QuarantineChanged(center.now(), host, end));
        }
        end.ifPresent(moment -> scheduler.scheduleBackground(
                Duration.between(center.now(), moment), () -> center.run(() -> judge(host))));
    }
}
