package io.vmha.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vmha.group.store.Change;
import io.vmha.group.store.StoreException;
import java.time.Duration;
import java.util.List;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.junit.jupiter.api.Test;

class ZooKeeperStoreTest {
    private static final Change SOMETHING = Change.create("a/b", Change.text("1"));

    @Test
    void anEnsembleThatIsNotThereIsUnavailableAndTriedAgainUntilItIs() {
        Ensemble ensemble = Ensemble.own();
        ZooKeeperConfig config = ensemble.freshRoot().withTimeout(Duration.ofSeconds(2));
        ensemble.kill(0);
        ensemble.kill(1);
        ensemble.kill(2);
        try (ZooKeeperStore store = ZooKeeperStore.connect(config)) {
            assertThat(store.isConnected()).isFalse();
            assertThatThrownBy(() -> store.read("a"))
                    .isInstanceOf(StoreException.Unavailable.class)
                    .hasMessageContaining("127.0.0.1");
            assertThatThrownBy(() -> store.commit(List.of(SOMETHING))).isInstanceOf(StoreException.Unavailable.class);

            ensemble.restart(0);
            ensemble.restart(1);
            await().atMost(Duration.ofSeconds(60)).until(() -> isDone(() -> store.commit(List.of(SOMETHING))));
            assertThat(store.read("a/b")).isPresent();
        } finally {
            ensemble.close();
        }
    }

    private static boolean isDone(Runnable call) {
        try {
            call.run();
            return true;
        } catch (StoreException.Conflict doneBefore) {
            return true;
        } catch (StoreException.Unavailable notYet) {
            return false;
        }
    }

    @Test
    void aConnectionThatIsLostIsCountedAndAnotherServerIsTaken() {
        Ensemble ensemble = Ensemble.own();
        try (ZooKeeperStore store = ZooKeeperStore.connect(ensemble.freshRoot())) {
            store.commit(List.of(SOMETHING));
            long before = store.interruptions();
            int killed = 0;
            // One of two is the one that it is connected to, or the third is: two of three must serve at any time.
            while (store.interruptions() == before && killed < 3) {
                int server = killed++;
                ensemble.kill(server);
                await().pollDelay(Duration.ofMillis(500)).until(() -> isDone(() -> store.read("a/b")));
                ensemble.restart(server);
            }
            assertThat(store.interruptions()).isGreaterThan(before);
            await().atMost(Duration.ofSeconds(60)).until(() -> isDone(() -> store.read("a/b")));
        } finally {
            ensemble.close();
        }
    }

    @Test
    void aRootThatIsSomebodyElsesIsRefused() throws Exception {
        ZooKeeperConfig config = Ensemble.shared().freshRoot();
        try (CuratorFramework other = CuratorFrameworkFactory.newClient(config.servers(), new RetryOneTime(1_000))) {
            other.start();
            String unused = other.create().creatingParentsIfNeeded().forPath(config.root(), new byte[] {1, 2});
        }
        try (ZooKeeperStore store = ZooKeeperStore.connect(config)) {
            assertThatThrownBy(() -> store.commit(List.of(SOMETHING)))
                    .isInstanceOf(StoreException.Refused.class)
                    .hasMessageContaining(config.root())
                    .hasMessageContaining("somebody else's");
        }
    }

    @Test
    void aRootOfANewerLayoutIsRefused() throws Exception {
        ZooKeeperConfig config = Ensemble.shared().freshRoot();
        try (CuratorFramework other = CuratorFrameworkFactory.newClient(config.servers(), new RetryOneTime(1_000))) {
            other.start();
            String unused =
                    other.create().creatingParentsIfNeeded().forPath(config.root(), Change.text("vmha-coordination 9"));
        }
        try (ZooKeeperStore store = ZooKeeperStore.connect(config)) {
            assertThatThrownBy(() -> store.read("a"))
                    .isInstanceOf(StoreException.Refused.class)
                    .hasMessageContaining("layout 9");
        }
    }

    @Test
    void whatIsMadeWithACredentialIsItsOwnersAlone() {
        ZooKeeperConfig open = Ensemble.shared().freshRoot();
        ZooKeeperConfig ours = open.withDigest("vmha", "s3cret");
        try (ZooKeeperStore owner = ZooKeeperStore.connect(ours)) {
            owner.commit(List.of(SOMETHING));
        }
        for (ZooKeeperConfig wrong :
                List.of(open, open.withDigest("vmha", "wr0ng"), open.withDigest("eve", "s3cret"))) {
            try (ZooKeeperStore other = ZooKeeperStore.connect(wrong)) {
                assertThatThrownBy(() -> other.read("a/b"))
                        .isInstanceOf(StoreException.Refused.class)
                        .hasMessageContaining("credentials")
                        .hasMessageNotContaining("wr0ng")
                        .hasMessageNotContaining("s3cret");
                assertThatThrownBy(() -> other.commit(List.of(Change.create("c", Change.text("1")))))
                        .isInstanceOf(StoreException.Refused.class);
            }
        }
        try (ZooKeeperStore owner = ZooKeeperStore.connect(ours)) {
            assertThat(owner.read("a/b")).isPresent();
        }
    }

    @Test
    void aRootThatIsOpenToAllIsRefusedWhereThereAreCredentials() {
        ZooKeeperConfig open = Ensemble.shared().freshRoot();
        try (ZooKeeperStore anybody = ZooKeeperStore.connect(open)) {
            anybody.commit(List.of(SOMETHING));
        }
        try (ZooKeeperStore owner = ZooKeeperStore.connect(open.withDigest("vmha", "s3cret"))) {
            assertThatThrownBy(() -> owner.read("a/b"))
                    .isInstanceOf(StoreException.Refused.class)
                    .hasMessageContaining("open to all");
        }
    }

    @Test
    void whatIsNoConfigurationIsRefused() {
        for (String servers : List.of("", "h1", "h1:2181/chroot", "h1:2181,", "h1:2181 h2:2181")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ZooKeeperConfig.of(servers, "/vmha"))
                    .withMessageContaining("servers");
        }
        for (String root : List.of("", "vmha", "/", "/a//b", "/a/..", "/a/")) {
            assertThatIllegalArgumentException().isThrownBy(() -> ZooKeeperConfig.of("h1:2181", root));
        }
        ZooKeeperConfig config = ZooKeeperConfig.of("h1:2181", "/vmha");
        assertThatIllegalArgumentException().isThrownBy(() -> config.withTimeout(Duration.ZERO));
        assertThatIllegalArgumentException().isThrownBy(() -> config.withDigest("a:b", "c"));
        assertThatIllegalArgumentException().isThrownBy(() -> config.withDigest("a", ""));
        assertThatThrownBy(() -> config.withClientCertificate("f", "p")).isInstanceOf(IllegalStateException.class);
        assertThat(config.withDigest("vmha", "s3cret")
                        .withTls("trust.p12", "pa55")
                        .toString())
                .doesNotContain("s3cret")
                .doesNotContain("pa55");
    }
}
