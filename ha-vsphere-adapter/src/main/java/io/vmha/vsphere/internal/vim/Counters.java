package io.vmha.vsphere.internal.vim;

import io.vmha.vsphere.internal.vim.VimSession.Login;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Asks for counters by name; a server numbers them as it likes. Thread-safe: the numbers are replaced whole. */
final class Counters {
    private static final String LIST = "perfCounter";

    private final VimSession session;
    private final Reading reading;
    private volatile @Nullable Numbers known;

    /** Reads properties of one object. */
    interface Reading {
        ManagedObject read(MoRef ref, List<String> paths, Deadline deadline);
    }

    private record Numbers(Login login, Map<String, Integer> byName) {}

    Counters(VimSession session, Reading reading) {
        this.session = session;
        this.reading = reading;
    }

    CounterReading read(MoRef subject, List<String> counters, Duration span, Deadline deadline) {
        MoRef manager = session.login(deadline).service().perfManager();
        Map<Integer, String> names = new HashMap<>();
        Map<String, Integer> numbers = numbers(deadline);
        for (String counter : counters) {
            Integer number = numbers.get(counter);
            if (number != null) {
                names.put(number, counter);
            }
        }
        if (names.isEmpty()) {
            return CounterReading.NONE;
        }
        int samples = CounterReading.count(span);
        XmlNode answer = session.call(
                "QueryPerf",
                manager,
                xml -> xml.element("querySpec", spec -> {
                    spec.ref("entity", subject).number("maxSample", samples);
                    names.keySet()
                            .forEach(number -> spec.element(
                                    "metricId",
                                    metric -> metric.number("counterId", number).text("instance", "*")));
                    spec.number("intervalId", CounterReading.SAMPLED.toSeconds());
                }),
                deadline);
        String time = session.call("CurrentTime", MoRef.SERVICE_INSTANCE, none -> {}, deadline)
                .textAt("returnval");
        return CounterReading.from(answer, names, samples, time);
    }

    private Map<String, Integer> numbers(Deadline deadline) {
        Login login = session.login(deadline);
        Numbers last = known;
        if (last != null && last.login().equals(login)) {
            return last.byName();
        }
        MoRef manager = login.service().perfManager();
        Map<String, Integer> byName = new HashMap<>();
        if (!manager.value().isEmpty()) {
            List<XmlNode> listed = reading.read(manager, List.of(LIST), deadline)
                    .node(LIST)
                    .map(XmlNode::children)
                    .orElse(List.of());
            for (XmlNode counter : listed) {
                OptionalInt key = counter.numberAt("key");
                key.ifPresent(number -> byName.put(
                        counter.textAt("groupInfo", "key") + "." + counter.textAt("nameInfo", "key") + "."
                                + counter.textAt("rollupType"),
                        number));
            }
        }
        known = new Numbers(login, byName);
        return byName;
    }
}
