package io.vmha.vsphere.internal.vim;

import io.vmha.vsphere.internal.vim.VimSession.Login;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * An update stream on a property collector of its own, so that streams do not see each other's filters. When the session was
 * made anew, collector, view and filter are too, and everything is told again. Confined to the thread that reads it.
 */
final class PropertyUpdates implements UpdateStream {
    /** What is added to the server's longest wait until the answer is given up. */
    private static final Duration ANSWER_MARGIN = Duration.ofSeconds(10);

    /** As many objects as a page of properties has. */
    private static final int MOST_OBJECTS = 2_000;

    private final VimSession session;
    private final BiConsumer<XmlWriter, Deadline> filter;
    private @Nullable Login login;
    private @Nullable MoRef collector;
    private String version = "";
    private boolean whole = true;

    /** The writer of the filter is called anew for each session. */
    PropertyUpdates(VimSession session, BiConsumer<XmlWriter, Deadline> filter) {
        this.session = session;
        this.filter = filter;
    }

    @Override
    public Updates next(Duration longest) {
        Deadline deadline = Deadline.in(longest.plus(ANSWER_MARGIN));
        List<ObjectUpdate> all = new ArrayList<>();
        long left = AnswerLimits.elementsOfAllPages();
        boolean first = false;
        boolean more = true;
        while (more) {
            Optional<XmlNode> answer = ask(longest, deadline);
            if (answer.isEmpty()) {
                return collector == null ? new Updates(false, List.of()) : new Updates(first, all);
            }
            XmlNode set = answer.get();
            left -= set.size();
            if (left < 0) {
                forget();
                throw new TransportException(
                        TransportException.Kind.LOST,
                        "the server's updates do not end, or hold too much for the heap",
                        null);
            }
            all.addAll(updates(set));
            version = set.textAt("version");
            first |= whole;
            whole = false;
            more = set.textAt("truncated").equals("true");
        }
        return new Updates(first, all);
    }

    /** Empty where nothing changed, or where everything is to be told again. */
    private Optional<XmlNode> ask(Duration longest, Deadline deadline) {
        MoRef ours = collector(deadline);
        try {
            return session.call(
                            "WaitForUpdatesEx",
                            ours,
                            xml -> xml.text("version", version)
                                    .element(
                                            "options",
                                            o -> o.number("maxWaitSeconds", longest.toSeconds())
                                                    .number("maxObjectUpdates", MOST_OBJECTS)),
                            deadline)
                    .at("returnval");
        } catch (VimFault fault) {
            forget();
            if (Set.of("ManagedObjectNotFound", "InvalidCollectorVersion").contains(fault.type())) {
                return Optional.empty();
            }
            throw fault;
        } catch (TransportException e) {
            forget();
            throw e;
        }
    }

    static List<ObjectUpdate> updates(XmlNode set) {
        List<ObjectUpdate> updates = new ArrayList<>();
        for (XmlNode filterSet : set.all("filterSet")) {
            filterSet.all("objectSet").forEach(object -> updates.add(update(object)));
        }
        return updates;
    }

    private static ObjectUpdate update(XmlNode object) {
        Map<String, XmlNode> assigned = new HashMap<>();
        Set<String> removed = new HashSet<>();
        for (XmlNode change : object.all("changeSet")) {
            String path = change.textAt("name");
            change.at("val").ifPresentOrElse(value -> assigned.put(path, value), () -> removed.add(path));
        }
        return new ObjectUpdate(
                object.at("obj").map(XmlNode::ref).orElse(new MoRef("", "")),
                object.textAt("kind").equals("leave"),
                assigned,
                removed);
    }

    private MoRef collector(Deadline deadline) {
        Login now = session.login(deadline);
        MoRef known = collector;
        if (known != null && now.equals(login)) {
            return known;
        }
        MoRef made = session.call("CreatePropertyCollector", now.service().propertyCollector(), none -> {}, deadline)
                .at("returnval")
                .map(XmlNode::ref)
                .orElseThrow(() -> new VimFault("InvalidType", "no property collector was made"));
        var unused = session.call(
                "CreateFilter",
                made,
                xml -> {
                    xml.element("spec", spec -> filter.accept(spec, deadline));
                    xml.flag("partialUpdates", false);
                },
                deadline);
        login = now;
        collector = made;
        version = "";
        whole = true;
        return made;
    }

    private void forget() {
        collector = null;
    }

    @Override
    public void close() {
        MoRef known = collector;
        forget();
        if (known != null) {
            try {
                var unused =
                        session.call("DestroyPropertyCollector", known, none -> {}, Deadline.in(Duration.ofSeconds(5)));
            } catch (VimFault | TransportException e) {
                // It goes with the session.
            }
        }
    }
}
