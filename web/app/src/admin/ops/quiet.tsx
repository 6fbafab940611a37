import { CheckOutlined } from '@ant-design/icons'
import './ops.css'

/** A panel with nothing in it, which is good news. */
export function Quiet({ why }: { why: string }) {
  return (
    <p className="quiet">
      <CheckOutlined aria-hidden /> {why}
    </p>
  )
}
