package io.vmha.vsphere.internal.vim;

import io.vmha.vsphere.internal.vim.VimSession.Login;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** The client over SOAP. Thread-safe: the view is replaced whole, the rest is immutable or guards itself. */
public final class SoapVimClient implements VimClient {
    private static final int PAGE = 2_000;
    private static final int MOST_EVENTS = 1_000;
    private static final Duration FAREWELL = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
    private static final List<String> VIEWED = List.of("VirtualMachine", "HostSystem", "ComputeResource");

    private final SoapTransport transport;
    private final VimSession session;
    private final KeepAlive keepAlive;
    private final Counters perf;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile @Nullable View view;

    /** Makes one that connects when it is first needed. */
    public SoapVimClient(URI url, SSLContext tls, Supplier<Secret> secrets, Duration keepAliveInterval) {
        this.transport = new SoapTransport(url, tls);
        this.session = new VimSession(transport, secrets);
        this.perf = new Counters(session, (ref, paths, deadline) -> read(ref, paths, deadline));
        this.keepAlive = new KeepAlive(session, keepAliveInterval);
    }

    private record View(Login login, MoRef ref) {}

    @Override
    public ServiceContent service(Deadline deadline) {
        return session.login(deadline).service();
    }

    private MoRef view(Deadline deadline) {
        Login login = session.login(deadline);
        View known = view;
        if (known != null && known.login().equals(login)) {
            return known.ref();
        }
        MoRef made = returned(session.call(
                "CreateContainerView",
                login.service().viewManager(),
                xml -> {
                    xml.ref("container", login.service().rootFolder());
                    VIEWED.forEach(type -> xml.text("type", type));
                    xml.flag("recursive", true);
                },
                deadline));
        view = new View(session.login(deadline), made);
        return made;
    }

    @Override
    public List<ManagedObject> inventory(List<PropertySet> everywhere, List<Single> singles, Deadline deadline) {
        return again(deadline, () -> {
            MoRef all = view(deadline);
            return retrieve(
                    xml -> {
                        xml.element("specSet", spec -> viewFilter(spec, all, everywhere));
                        for (Single single : singles) {
                            xml.element("specSet", spec -> {
                                single.properties().write(spec);
                                spec.element("objectSet", set -> set.ref("obj", single.ref()));
                            });
                        }
                    },
                    deadline);
        });
    }

    /** Once more where a view or a page went with the session that it belonged to. */
    private <T> T again(Deadline deadline, Supplier<T> reading) {
        try {
            return reading.get();
        } catch (VimFault fault) {
            boolean expired = fault.type().equals("NotAuthenticated");
            if (!expired
                    && !fault.type().equals("ManagedObjectNotFound")
                    && !fault.type().equals("InvalidProperty")) {
                throw fault;
            }
            if (expired) {
                session.expired(session.login(deadline));
            }
            view = null;
            return reading.get();
        }
    }

    private static void viewFilter(XmlWriter spec, MoRef view, List<PropertySet> sets) {
        sets.forEach(set -> set.write(spec));
        spec.element(
                "objectSet",
                set -> set.ref("obj", view)
                        .flag("skip", true)
                        .typed(
                                "selectSet",
                                "TraversalSpec",
                                traversal -> traversal
                                        .text("name", "everything")
                                        .text("type", "ContainerView")
                                        .text("path", "view")
                                        .flag("skip", false)));
    }

    private List<ManagedObject> retrieve(Consumer<XmlWriter> specs, Deadline deadline) {
        MoRef collector = service(deadline).propertyCollector();
        List<ManagedObject> found = new ArrayList<>();
        Optional<XmlNode> page = session.call(
                        "RetrievePropertiesEx",
                        collector,
                        xml -> {
                            specs.accept(xml);
                            xml.element("options", o -> o.number("maxObjects", PAGE));
                        },
                        deadline)
                .at("returnval");
        long left = AnswerLimits.elementsOfAllPages();
        while (page.isPresent()) {
            left -= page.get().size();
            if (left < 0) {
                throw new TransportException(
                        TransportException.Kind.LOST,
                        "the server's pages do not end, or hold too much for the heap",
                        null);
            }
            collect(page.get(), found);
            String token = page.get().textAt("token");
            page = token.isEmpty()
                    ? Optional.empty()
                    : session.call("ContinueRetrievePropertiesEx", collector, xml -> xml.text("token", token), deadline)
                            .at("returnval");
        }
        return found;
    }

    /** Takes an object only if the session was not lost halfway, which shows in what is missing of it. */
    private static void collect(XmlNode page, List<ManagedObject> found) {
        for (XmlNode object : page.all("objects")) {
            for (XmlNode missing : object.all("missingSet")) {
                if (missing.at("fault", "fault")
                        .map(XmlNode::xsiType)
                        .orElse("")
                        .equals("NotAuthenticated")) {
                    throw new VimFault("NotAuthenticated", "the session expired");
                }
            }
            found.add(ManagedObject.from(object));
        }
    }

    @Override
    public List<ManagedObject> read(Collection<MoRef> refs, List<String> paths, Deadline deadline) {
        return rereadIfExpired(
                deadline,
                () -> retrieve(
                        xml -> xml.element("specSet", spec -> {
                            refs.stream()
                                    .map(MoRef::type)
                                    .distinct()
                                    .forEach(type -> new PropertySet(type, paths).write(spec));
                            refs.forEach(ref -> spec.element("objectSet", set -> set.ref("obj", ref)));
                        }),
                        deadline));
    }

    private <T> T rereadIfExpired(Deadline deadline, Supplier<T> reading) {
        try {
            return reading.get();
        } catch (VimFault fault) {
            if (!fault.type().equals("NotAuthenticated")) {
                throw fault;
            }
            session.expired(session.login(deadline));
            return reading.get();
        }
    }

    @Override
    public UpdateStream watch(List<PropertySet> everywhere) {
        return new PropertyUpdates(session, (spec, deadline) -> viewFilter(spec, view(deadline), everywhere));
    }

    private UpdateStream watch(MoRef ref, List<String> paths) {
        return new PropertyUpdates(session, (spec, deadline) -> {
            new PropertySet(ref.type(), paths).write(spec);
            spec.element("objectSet", set -> set.ref("obj", ref));
        });
    }

    @Override
    public Optional<String> awaitValue(MoRef ref, String path, Collection<String> values, Deadline deadline) {
        try (UpdateStream stream = watch(ref, List.of(path))) {
            while (!deadline.hasPassed()) {
                for (ObjectUpdate update : stream.next(shorter(deadline)).objects()) {
                    XmlNode value = update.assigned().get(path);
                    if (value != null && values.contains(value.text())) {
                        return Optional.of(value.text());
                    }
                }
            }
            return Optional.empty();
        }
    }

    /** The server waits in whole seconds; the last one before the deadline is waited out at most. */
    private static Duration shorter(Deadline deadline) {
        long seconds = Math.min(LONGEST_WAIT.toSeconds(), deadline.remaining().toSeconds());
        return Duration.ofSeconds(Math.max(1, seconds));
    }

    @Override
    public void await(MoRef task, Deadline deadline, IntConsumer progressPercent) {
        ManagedObject now = read(task, TaskState.PATHS, deadline);
        TaskState state = new TaskState(task, now.properties());
        if (state.isOver()) {
            return;
        }
        try (UpdateStream stream = watch(task, TaskState.PATHS)) {
            while (!deadline.hasPassed()) {
                for (ObjectUpdate update : stream.next(shorter(deadline)).objects()) {
                    state = state.with(update);
                }
                state.progress().ifPresent(progressPercent);
                if (state.isOver()) {
                    return;
                }
            }
        }
        cancel(task);
        throw new TransportException(
                TransportException.Kind.TIMEOUT, "the task " + task + " was not over by the deadline", null);
    }

    private void cancel(MoRef task) {
        try {
            var unused = session.call("CancelTask", task, none -> {}, Deadline.in(FAREWELL));
        } catch (VimFault | TransportException e) {
            // It was asked to; how the task ends is unknown either way, and is told so.
        }
    }

    private MoRef task(String method, MoRef subject, Consumer<XmlWriter> arguments, Deadline deadline) {
        return returned(session.call(method, subject, arguments, deadline));
    }

    private static MoRef returned(XmlNode answer) {
        return answer.at("returnval")
                .map(XmlNode::ref)
                .orElseThrow(() -> new TransportException(
                        TransportException.Kind.LOST,
                        "the answer " + Words.of(answer.name()) + " holds no reference",
                        null));
    }

    @Override
    public MoRef powerOn(MoRef vm, Deadline deadline) {
        return task("PowerOnVM_Task", vm, none -> {}, deadline);
    }

    @Override
    public MoRef powerOff(MoRef vm, Deadline deadline) {
        return task("PowerOffVM_Task", vm, none -> {}, deadline);
    }

    @Override
    public void shutdownGuest(MoRef vm, Deadline deadline) {
        var unused = session.call("ShutdownGuest", vm, none -> {}, deadline);
    }

    @Override
    public MoRef reconfigure(MoRef vm, ConfigChange change, Deadline deadline) {
        return task("ReconfigVM_Task", vm, change::write, deadline);
    }

    @Override
    public MoRef reshare(MoRef vm, ShareChange change, Deadline deadline) {
        return task("ReconfigVM_Task", vm, change::write, deadline);
    }

    @Override
    public MoRef relocate(MoRef vm, MoRef host, Optional<MoRef> pool, Deadline deadline) {
        return task(
                "RelocateVM_Task",
                vm,
                xml -> xml.element("spec", spec -> {
                            pool.ifPresent(into -> spec.ref("pool", into));
                            spec.ref("host", host);
                        })
                        .text("priority", "highPriority"),
                deadline);
    }

    @Override
    public MoRef cloneVm(MoRef template, CloneOrder order, Deadline deadline) {
        return task(
                "CloneVM_Task",
                template,
                xml -> {
                    xml.ref("folder", order.folder()).text("name", order.name());
                    xml.element("spec", spec -> {
                        spec.element(
                                "location",
                                location -> location.ref("pool", order.pool()).ref("host", order.host()));
                        spec.flag("template", false);
                        spec.element(
                                "config",
                                config -> config.element(
                                        "extraConfig",
                                        extra -> extra.text("key", order.key()).anyString("value", order.value())));
                        spec.flag("powerOn", false);
                    });
                },
                deadline);
    }

    @Override
    public MoRef rename(MoRef ref, String name, Deadline deadline) {
        return task("Rename_Task", ref, xml -> xml.text("newName", name), deadline);
    }

    @Override
    public MoRef destroy(MoRef vm, Deadline deadline) {
        return task("Destroy_Task", vm, xml -> {}, deadline);
    }

    @Override
    public MoRef enterMaintenance(MoRef host, Duration timeout, Deadline deadline) {
        return task(
                "EnterMaintenanceMode_Task",
                host,
                xml -> xml.number("timeout", timeout.toSeconds()).flag("evacuatePoweredOffVms", false),
                deadline);
    }

    @Override
    public MoRef exitMaintenance(MoRef host, Duration timeout, Deadline deadline) {
        return task("ExitMaintenanceMode_Task", host, xml -> xml.number("timeout", timeout.toSeconds()), deadline);
    }

    @Override
    public void setField(MoRef ref, int key, String value, Deadline deadline) {
        var unused = session.call(
                "SetField",
                service(deadline).customFieldsManager(),
                xml -> xml.ref("entity", ref).number("key", key).text("value", value),
                deadline);
    }

    @Override
    public String currentTime(Deadline deadline) {
        return session.call("CurrentTime", MoRef.SERVICE_INSTANCE, none -> {}, deadline)
                .textAt("returnval");
    }

    @Override
    public CounterReading counters(MoRef vm, List<String> counters, Duration span, Deadline deadline) {
        return perf.read(vm, counters, span, deadline);
    }

    @Override
    public List<XmlNode> events(String since, Deadline deadline) {
        return session.call(
                        "QueryEvents",
                        service(deadline).eventManager(),
                        xml -> xml.element(
                                "filter",
                                filter -> filter.element("time", time -> time.text("beginTime", since))
                                        .number("maxCount", MOST_EVENTS)),
                        deadline)
                .all("returnval");
    }

    @Override
    public long requests() {
        return transport.requests();
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        keepAlive.close();
        transport.abandonCalls();
        try {
            session.logOut(Deadline.in(FAREWELL));
        } catch (VimFault | TransportException e) {
            // The session ends by itself when it was idle for long enough.
        }
        transport.close();
    }
}
