package io.vmha.zookeeper;

import com.google.common.collect.ImmutableList;
import io.vmha.group.store.Change;
import io.vmha.group.store.CoordinationStore;
import io.vmha.group.store.StoreException;
import io.vmha.group.store.Stored;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.api.ACLProvider;
import org.apache.curator.framework.api.BackgroundCallback;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.data.ACL;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A store on an ensemble of ZooKeeper servers. A key is a node under the configured root, which bears a mark: a node that is somebody
 * else's is refused.
 *
 * <p>An ensemble that cannot be reached is tried again for ever, by itself; calls throw {@link StoreException.Unavailable} meanwhile,
 * after the configured timeout at the latest. Sessions and ephemeral nodes are not used: a follower of the ensemble that is cut off from
 * its leader answers a client for a while after the ensemble has ended the client's session.
 *
 * <p>Thread-safe: its own state is atomic, and Curator's client is thread-safe.
 */
public final class ZooKeeperStore implements CoordinationStore {
    private static final Logger LOG = LoggerFactory.getLogger(ZooKeeperStore.class);

    /** What the root's value begins with; then comes the version of the layout. */
    private static final String MARK = "vmha-coordination ";

    private static final String LAYOUT = "1";

    /** Less than jute.maxbuffer's default, with room for paths and headers. */
    private static final int MAX_BYTES = 900 << 10;

    private static final int TOO_SLOW_PERCENT = 67;

    private final ZooKeeperConfig config;
    private final CuratorFramework client;
    private final AtomicLong interruptions = new AtomicLong();
    private volatile boolean connected;
    private volatile boolean rootIsOurs;

    private ZooKeeperStore(ZooKeeperConfig config, CuratorFramework client) {
        this.config = config;
        this.client = client;
    }

    /** Begins to connect, and returns at once: an ensemble that is not there yet may come later. */
    public static ZooKeeperStore connect(ZooKeeperConfig config) {
        ZKClientConfig settings = new ZKClientConfig();
        config.tls().forEach(settings::setProperty);
        int timeout = Math.toIntExact(config.timeout().toMillis());
        CuratorFrameworkFactory.Builder builder = CuratorFrameworkFactory.builder()
                .connectString(config.servers())
                .sessionTimeoutMs(timeout)
                .connectionTimeoutMs(timeout * TOO_SLOW_PERCENT / 100)
                // Whether a commit may be made again is for whoever knows what it means.
                .retryPolicy((count, elapsed, sleeper) -> false)
                .zkClientConfig(settings)
                .aclProvider(new Owner(config));
        config.digest().ifPresent(digest -> builder.authorization("digest", Change.text(digest)));
        ZooKeeperStore store = new ZooKeeperStore(config, builder.build());
        store.client.getConnectionStateListenable().addListener((from, state) -> store.changed(state));
        store.client.start();
        return store;
    }

    private void changed(ConnectionState state) {
        connected = state.isConnected();
        if (!connected) {
            interruptions.incrementAndGet();
        }
        LOG.info("the connection to {} is {}", config, state);
    }

    /** Makes the root and what is below it its creator's, where that is somebody; nodes that only lead there are not ours alone. */
    private static final class Owner implements ACLProvider {
        private final String root;
        private final List<ACL> acl;

        private Owner(ZooKeeperConfig config) {
            root = config.root();
            acl = config.isProtected() ? ZooDefs.Ids.CREATOR_ALL_ACL : ZooDefs.Ids.OPEN_ACL_UNSAFE;
        }

        @Override
        public List<ACL> getDefaultAcl() {
            return acl;
        }

        @Override
        public List<ACL> getAclForPath(String path) {
            return root.startsWith(path + "/") ? ZooDefs.Ids.OPEN_ACL_UNSAFE : acl;
        }
    }

    /** Something that is asked of the ensemble. */
    private interface Question<T> {
        T ask() throws Exception;
    }

    private <T> T ask(String what, Question<T> question) {
        try {
            if (!client.blockUntilConnected((int) config.timeout().toMillis(), TimeUnit.MILLISECONDS)) {
                throw new StoreException.Unavailable("no server of " + config + " can be reached", null);
            }
            if (!rootIsOurs) {
                checkRoot();
                rootIsOurs = true;
            }
            return question.ask();
        } catch (StoreException told) {
            throw told;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new StoreException.Unavailable("interrupted: " + what, interrupted);
        } catch (Exception failed) {
            throw told(what, failed);
        }
    }

    private StoreException told(String what, Exception failed) {
        if (failed instanceof KeeperException.BadVersionException
                || failed instanceof KeeperException.NodeExistsException
                || failed instanceof KeeperException.NoNodeException
                || failed instanceof KeeperException.NotEmptyException) {
            return new StoreException.Conflict(what + " at " + config + ": " + failed.getMessage(), failed);
        }
        if (failed instanceof KeeperException.NoAuthException
                || failed instanceof KeeperException.AuthFailedException
                || failed instanceof KeeperException.InvalidACLException) {
            return new StoreException.Refused(
                    what + " is not allowed at " + config + " with the configured credentials: " + failed.getMessage(),
                    failed);
        }
        return new StoreException.Unavailable(what + " failed at " + config + ": " + failed.getMessage(), failed);
    }

    /** The root is made with a mark. Where it is there already, it must have the mark, and be ours alone. */
    private void checkRoot() throws Exception {
        String root = config.root();
        if (client.checkExists().forPath(root) == null) {
            try {
                String unused = client.create().creatingParentsIfNeeded().forPath(root, Change.text(MARK + LAYOUT));
            } catch (KeeperException.NodeExistsException raced) {
                LOG.debug("another client made {}", root, raced);
            }
        }
        String mark = new Stored(client.getData().forPath(root), 0).text();
        if (!mark.startsWith(MARK)) {
            throw new StoreException.Refused(
                    "the node " + root + " of " + config + " is somebody else's: choose another root", null);
        }
        if (!mark.equals(MARK + LAYOUT)) {
            throw new StoreException.Refused(
                    "the node " + root + " of " + config + " has layout " + mark.substring(MARK.length())
                            + "; this release knows layout " + LAYOUT + " only",
                    null);
        }
        if (config.isProtected()) {
            for (ACL acl : client.getACL().forPath(root)) {
                if (acl.getId().getScheme().equals("world")) {
                    throw new StoreException.Refused(
                            "the node " + root + " of " + config + " is open to all, though credentials are configured",
                            null);
                }
            }
        }
    }

    private String path(String key) {
        return config.root() + "/" + Change.checkedKey(key);
    }

    @Override
    public Optional<Stored> read(String key) {
        return Optional.ofNullable(readAll(List.of(key)).get(key));
    }

    @Override
    public Map<String, Stored> readAll(List<String> keys) {
        Map<String, String> paths = new LinkedHashMap<>();
        keys.forEach(key -> paths.put(key, path(key)));
        return ask("reading", () -> {
            CompletableFuture<Boolean> synced = sync();
            Map<String, CompletableFuture<Optional<Stored>>> asked = new LinkedHashMap<>();
            for (Map.Entry<String, String> path : paths.entrySet()) {
                CompletableFuture<Optional<Stored>> answer = new CompletableFuture<>();
                BackgroundCallback callback = (from, event) -> answered(
                        answer,
                        event.getResultCode(),
                        () -> event.getData().length == 0
                                ? Optional.empty()
                                : Optional.of(new Stored(
                                        event.getData(), event.getStat().getVersion())));
                client.getData().inBackground(callback).forPath(path.getValue());
                asked.put(path.getKey(), answer);
            }
            boolean unused = wait(synced);
            Map<String, Stored> found = new LinkedHashMap<>();
            for (Map.Entry<String, CompletableFuture<Optional<Stored>>> entry : asked.entrySet()) {
                wait(entry.getValue()).ifPresent(value -> found.put(entry.getKey(), value));
            }
            return found;
        });
    }

    @Override
    public List<String> children(String key) {
        String path = path(key);
        return ask("listing", () -> {
            CompletableFuture<Boolean> synced = sync();
            CompletableFuture<Optional<List<String>>> answer = new CompletableFuture<>();
            BackgroundCallback callback =
                    (from, event) -> answered(answer, event.getResultCode(), () -> Optional.of(event.getChildren()));
            client.getChildren().inBackground(callback).forPath(path);
            boolean unused = wait(synced);
            List<String> names = new ArrayList<>(wait(answer).orElse(List.of()));
            names.sort(null);
            return ImmutableList.copyOf(names);
        });
    }

    /**
     * What is read after it, on this connection, is not older than what was committed before it. It is a transaction that changes
     * nothing: a server that leads the ensemble answers ZooKeeper's own sync before it has applied what others were told is committed.
     */
    private CompletableFuture<Boolean> sync() throws Exception {
        CompletableFuture<Boolean> synced = new CompletableFuture<>();
        BackgroundCallback callback = (from, event) -> {
            KeeperException.Code code = KeeperException.Code.get(event.getResultCode());
            // Where there is no root yet, that was found out in its turn, too.
            if (code == KeeperException.Code.OK || code == KeeperException.Code.NONODE) {
                synced.complete(true);
            } else {
                synced.completeExceptionally(KeeperException.create(code, event.getPath()));
            }
        };
        client.transaction()
                .inBackground(callback)
                .forOperations(client.transactionOp().check().forPath(config.root()));
        return synced;
    }

    private static <T> void answered(CompletableFuture<Optional<T>> answer, int code, Question<Optional<T>> value)
            throws Exception {
        KeeperException.Code result = KeeperException.Code.get(code);
        if (result == KeeperException.Code.OK) {
            answer.complete(value.ask());
        } else if (result == KeeperException.Code.NONODE) {
            answer.complete(Optional.empty());
        } else {
            answer.completeExceptionally(KeeperException.create(result));
        }
    }

    private <T> T wait(CompletableFuture<T> answer) throws Exception {
        try {
            return answer.get(config.timeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof Exception cause ? cause : failed;
        } catch (TimeoutException late) {
            throw new StoreException.Unavailable(config + " did not answer within " + config.timeout(), late);
        }
    }

    @Override
    public void commit(List<Change> changes) {
        List<Change> checked = Change.checked(changes, MAX_BYTES);
        ask("a commit", () -> {
            try {
                return client.transaction().forOperations(operations(checked));
            } catch (KeeperException.NoNodeException missing) {
                if (!makeParents(checked)) {
                    throw missing;
                }
                return client.transaction().forOperations(operations(checked));
            }
        });
    }

    private List<CuratorOp> operations(List<Change> changes) throws Exception {
        ImmutableList.Builder<CuratorOp> operations = ImmutableList.builder();
        for (Change change : changes) {
            String path = path(change.key());
            int version = Math.toIntExact(change.version());
            operations.add(
                    switch (change.kind()) {
                        case CHECK ->
                            client.transactionOp().check().withVersion(version).forPath(path);
                        case CREATE -> client.transactionOp().create().forPath(path, change.value());
                        case REPLACE ->
                            client.transactionOp()
                                    .setData()
                                    .withVersion(version)
                                    .forPath(path, change.value());
                        case DELETE -> client.transactionOp().delete().forPath(path);
                    });
        }
        return operations.build();
    }

    /** Makes the nodes above those that are to be made, which have no value; tells whether one was missing. */
    private boolean makeParents(List<Change> changes) throws Exception {
        boolean made = false;
        for (Change change : changes) {
            int end = change.key().lastIndexOf('/');
            if (change.kind() == Change.Kind.CREATE && end > 0) {
                String parent = path(change.key().substring(0, end));
                if (client.checkExists().forPath(parent) == null) {
                    try {
                        String unused =
                                client.create().creatingParentsIfNeeded().forPath(parent, new byte[0]);
                    } catch (KeeperException.NodeExistsException raced) {
                        LOG.debug("another client made {}", parent, raced);
                    }
                    made = true;
                }
            }
        }
        return made;
    }

    @Override
    public int maxBytes() {
        return MAX_BYTES;
    }

    @Override
    public long interruptions() {
        return interruptions.get();
    }

    @Override
    public boolean isConnected() {
        return connected;
    }

    @Override
    public void close() {
        connected = false;
        interruptions.incrementAndGet();
        client.close();
    }
}
