import duckdb,time
c=duckdb.connect('/tmp/m.duckdb',read_only=True); c.execute("set threads=2")
q=open('/tmp/act.sql').read().replace('FROM cloudtrail_logs','FROM cloudtrail_logs_once')
for _ in range(6):
    s=time.time(); r=c.execute(q).fetchall(); print(len(r), round((time.time()-s)*1000))
