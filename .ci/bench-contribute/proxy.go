package main

import (
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// proxy stands before the forge and makes the way to it long. Whatever arrives is
// handed on, in one piece and in order, half a round trip later: a burst costs its
// way once, however large it is, and nothing is limited but time. The first bytes
// of a connection wait for another whole round trip, which TCP's own handshake
// would take; those of TLS are bytes like others, so they cost what they cost
// (one round trip with TLS 1.3). What is not modelled is a window that opens
// slowly, loss, and a name server.
type proxy struct {
	to    string // address of the forge
	trip  atomic.Int64
	out   atomic.Int64 // bytes from clients
	in    atomic.Int64 // bytes to clients
	conns atomic.Int64
	ln    net.Listener
}

func newProxy() (*proxy, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	return &proxy{ln: ln}, nil
}

// serve answers until the listener is closed.
func (p *proxy) serve() {
	for {
		client, err := p.ln.Accept()
		if err != nil {
			return
		}
		p.conns.Add(1)
		go p.carry(client)
	}
}

func (p *proxy) setTrip(d time.Duration) { p.trip.Store(int64(d)) }

// count gives what was carried since it was last asked, and forgets it.
func (p *proxy) count() (out, in, conns int64) {
	return p.out.Swap(0), p.in.Swap(0), p.conns.Swap(0)
}

func (p *proxy) carry(client net.Conn) {
	forge, err := net.Dial("tcp", p.to)
	if err != nil {
		_ = client.Close()
		return
	}
	trip := time.Duration(p.trip.Load())
	open := time.Now().Add(trip)
	var both sync.WaitGroup
	both.Go(func() { pump(forge, client, &p.out, trip/2, open) })
	both.Go(func() { pump(client, forge, &p.in, trip/2, open) })
	both.Wait()
	_, _ = client.Close(), forge.Close()
}

// burst is what arrived at once, and when it is handed on.
type burst struct {
	data []byte
	due  time.Time
}

// pump carries one direction; nothing leaves before open and its own delay.
func pump(to, from net.Conn, counter *atomic.Int64, delay time.Duration, open time.Time) {
	bursts := make(chan burst, 4096)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for b := range bursts {
			if wait := time.Until(b.due); wait > 0 {
				time.Sleep(wait) // the delay is what this proxy is for: the burst is due then
			}
			if _, err := to.Write(b.data); err != nil {
				_ = from.Close() // nobody listens any more
			}
			buffers.Put(&b.data)
		}
		if c, ok := to.(*net.TCPConn); ok {
			_ = c.CloseWrite()
		}
	}()
	for {
		buf := *buffers.Get().(*[]byte)
		n, err := from.Read(buf[:cap(buf)])
		if n > 0 {
			counter.Add(int64(n))
			at := time.Now()
			if at.Before(open) {
				at = open
			}
			bursts <- burst{buf[:n], at.Add(delay)}
		}
		if err != nil {
			break
		}
	}
	close(bursts)
	<-done
}

// buffers are used again: a large clone would else make one for each burst.
var buffers = sync.Pool{New: func() any { b := make([]byte, 64<<10); return &b }}
