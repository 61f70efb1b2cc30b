package io.vmha.adapter.haproxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.model.VmId;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A peer at HAProxy's socket that answers as it likes: what no HAProxy that can be started here does. */
@Timeout(60)
class HaproxyAnswersTest {
    private static final VmId MW11 = VmId.of("mw11");
    private static final VmId MW21 = VmId.of("mw21");
    private static final String STATES = """
            1
            # be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight
            2 middleware 1 mw11 192.0.2.1 2 0 16 16
            2 middleware 2 mw21 192.0.2.2 2 0 16 16
            """;

    @TempDir
    Path folder;

    private ServerSocketChannel server;

    @AfterEach
    void end() throws IOException {
        server.close();
    }

    private HaproxyTrafficDirector answering(Function<String, String> answers) throws IOException {
        listen();
        Thread peer = new Thread(() -> {
            while (server.isOpen()) {
                try (SocketChannel channel = server.accept()) {
                    ByteBuffer command = ByteBuffer.allocate(4096);
                    channel.read(command);
                    String line = new String(command.array(), 0, command.position(), UTF_8).strip();
                    channel.write(ByteBuffer.wrap(answers.apply(line).getBytes(UTF_8)));
                } catch (IOException closed) {
                    continue;
                }
            }
        });
        peer.setDaemon(true);
        peer.start();
        return director();
    }

    private void listen() throws IOException {
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(folder.resolve("admin.sock")), 1);
    }

    private HaproxyTrafficDirector director() {
        return HaproxyTrafficDirector.builder()
                .socket(folder.resolve("admin.sock"))
                .routesMap(folder.resolve("routes.map"))
                .server(new HaproxyServer(MW11, "middleware", "mw11", 16))
                .server(new HaproxyServer(MW21, "middleware", "mw21", 16))
                .build();
    }

    /** As a HAProxy that is asked what it is. */
    private static String sound(String command) {
        if (command.equals("show info")) {
            return "Name: HAProxy\nNbproc: 1\n";
        }
        if (command.startsWith("show stat ")) {
            return "# pxname,svname,algo,\nmiddleware,BACKEND,roundrobin,\n";
        }
        return command.startsWith("show servers state") ? STATES : "\n";
    }

    @Test
    void severalProcessesAreRefusedAtTheStart() throws IOException {
        HaproxyTrafficDirector director =
                answering(command -> command.equals("show info") ? "Nbproc: 4\nProcess_num: 1\n" : sound(command));

        assertThatThrownBy(() -> director.verify(call()))
                .isInstanceOf(AdapterException.Permanent.class)
                .hasMessageContaining("several processes (Nbproc: 4)")
                .hasMessageContaining("nbthread");
        assertThatThrownBy(() -> director.route(MW11, MW21, call())).isInstanceOf(AdapterException.Permanent.class);
    }

    @Test
    void aMoveThatIsAcceptedAndNotDoneIsNotBelieved() throws IOException {
        HaproxyTrafficDirector director = answering(HaproxyAnswersTest::sound);

        assertThatThrownBy(() -> director.route(MW11, MW21, call()))
                .isInstanceOf(AdapterException.OutcomeUnknown.class)
                .hasMessageContaining("reads that mw11 serves for mw11, not mw21");
    }

    @Test
    void aTargetThatStopsServingWhileRequestsMoveToItIsNotBelieved() throws IOException {
        AtomicInteger reads = new AtomicInteger();
        HaproxyTrafficDirector director =
                answering(command -> command.startsWith("show servers state") && reads.getAndIncrement() > 0
                        ? STATES.replace("192.0.2.2 2 0", "192.0.2.2 0 32")
                        : sound(command));

        assertThatThrownBy(() -> director.route(MW11, MW21, call()))
                .isInstanceOf(AdapterException.OutcomeUnknown.class)
                .hasMessageContaining("does not serve: administrative state 32");
    }

    @Test
    void aFailureInTheMiddleIsNotSaidToHaveDoneNothing() throws IOException {
        HaproxyTrafficDirector director =
                answering(command -> command.startsWith("set map") || command.startsWith("add map")
                        ? "Permission denied\n"
                        : sound(command));

        AdapterException thrown =
                catchThrowableOfType(AdapterException.class, () -> director.route(MW11, MW21, call()));
        assertThat(thrown).isInstanceOf(AdapterException.OutcomeUnknown.class);
        assertThat(thrown.reason()).isEqualTo(Cause.NOT_PERMITTED);
    }

    @Test
    void anAnswerWithoutEndIsGivenUp() throws IOException {
        String much = "x".repeat(17 << 20);
        HaproxyTrafficDirector director = answering(command -> much);

        assertThatThrownBy(() -> director.serverOf(MW11, call()))
                .isInstanceOf(AdapterException.class)
                .hasMessageContaining("an answer of more than 16777216 bytes");
    }

    @Test
    void whatItSaysIsCutAndEscaped() throws IOException {
        HaproxyTrafficDirector director = answering(command -> command.startsWith("show map")
                ? "Unknown map \u001b[2J\u202e" + "y".repeat(5000)
                : "2 middleware \u001b[2J " + "z".repeat(5000) + "\n");

        for (AdapterException thrown : List.of(
                catchThrowableOfType(AdapterException.class, () -> director.serverOf(MW11, call())),
                catchThrowableOfType(
                        AdapterException.class, () -> ServerState.parse("1 \u001b[2J" + "y".repeat(5000))))) {
            assertThat(thrown).isInstanceOf(AdapterException.Permanent.class);
            assertThat(thrown.getMessage())
                    .contains("\\u001B[2J")
                    .hasSizeLessThan(400)
                    .matches("\\P{Cntrl}*");
        }
    }

    @Test
    void aPeerThatAcceptsNoConnectionHoldsNobodyUp() throws IOException {
        listen();
        List<SocketChannel> queue = new ArrayList<>();
        try {
            while (isAccepted(queue)) {
                assertThat(queue).hasSizeLessThan(10_000);
            }
            assertThatThrownBy(() -> director().serverOf(MW11, CallContext.within(Duration.ofSeconds(1))))
                    .isInstanceOf(AdapterException.Transient.class);
        } finally {
            for (SocketChannel one : queue) {
                one.close();
            }
        }
    }

    private boolean isAccepted(List<SocketChannel> queue) throws IOException {
        SocketChannel one = SocketChannel.open(StandardProtocolFamily.UNIX);
        queue.add(one);
        one.configureBlocking(false);
        try {
            return one.connect(UnixDomainSocketAddress.of(folder.resolve("admin.sock")));
        } catch (IOException full) {
            return false;
        }
    }

    private static CallContext call() {
        return CallContext.within(Duration.ofSeconds(20));
    }
}
